# Which files make a tool, and for which system: hatch_system is linux, macos or windows.  What a
# system does in its own way is a file that ends in its name, or in _posix for all but Windows.

if(WIN32)
	set(hatch_system windows)
	set(other_systems posix|linux|macos)
elseif(APPLE)
	set(hatch_system macos)
	set(other_systems windows|linux)
else()
	set(hatch_system linux)
	set(other_systems windows|macos)
endif()

# hatch_tool_sources(TOOL FILES MAIN): MAIN is tools/hatch-NAME.c; sets TOOL to hatch-NAME, and FILES to
# it, tools/NAME/*.c and tools/common/*.c as far as they are for this system.
function(hatch_tool_sources tool files main)
	get_filename_component(name ${main} NAME_WE)
	string(REPLACE "hatch-" "" short ${name})
	file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/${short}/*.c ${PROJECT_SOURCE_DIR}/tools/common/*.c)
	list(FILTER parts EXCLUDE REGEX "_(${other_systems})\\.c$")
	set(${tool} ${name} PARENT_SCOPE)
	set(${files} ${main} ${parts} PARENT_SCOPE)
endfunction()
