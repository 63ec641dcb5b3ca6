# cmake -DFROM=page.html -DTO=page.h -DNAME=serve_page -P EmbedFile.cmake: a file as a C array.
file(READ ${FROM} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..)" "\\1\n" bytes "${bytes}")
get_filename_component(from ${FROM} NAME)
file(WRITE ${TO} "/* Made from ${from}. */\nstatic const unsigned char ${NAME}[] = {\n${bytes}\n};\n")
