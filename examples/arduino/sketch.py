# For platformio.ini: the folder of the environment's name is the source folder.  PlatformIO makes C++
# of an .ino file only at the top of that folder, so a source filter does not do.
Import("env")  # noqa: F821, PlatformIO gives it

env["PROJECT_SRC_DIR"] = env.subst("$PROJECT_DIR/$PIOENV")  # noqa: F821
