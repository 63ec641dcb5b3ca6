# cmake -DESP_PLATFORM=1 -DTARGET= -DCOMPONENT= -P script.cmake: what a component requires, found as
# ESP-IDF finds it before anything is configured: idf_component_register() ends the file it is in.
cmake_policy(SET CMP0057 NEW)

function(idf_build_get_property var property)
	set(values_IDF_TARGET ${TARGET})
	if(NOT DEFINED values_${property})
		message(FATAL_ERROR "asks for ${property}")
	endif()
	set(${var} ${values_${property}} PARENT_SCOPE)
endfunction()

macro(idf_component_register)
	cmake_parse_arguments(got "" "" "SRCS;INCLUDE_DIRS;REQUIRES;PRIV_REQUIRES" "${ARGN}")
	set(registered 1)
	message("requires=${got_REQUIRES}")
	message("priv_requires=${got_PRIV_REQUIRES}")
	return()
endmacro()

include(${COMPONENT}/CMakeLists.txt)
if(NOT registered)
	message(FATAL_ERROR "no idf_component_register()")
endif()
