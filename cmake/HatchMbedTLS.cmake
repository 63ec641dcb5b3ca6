# The TLS library behind Hatch, as the target hatch_tls_backend.  In this order:
#   1. MBEDTLS_DIR (variable or environment): a source tree or an install prefix;
#   2. .deps/mbedtls-3.6.*, which `make deps` puts there, built with deps/mbedtls_config.h;
#   3. an installed mbedTLS of version 3.6 or later.
# And hatch_tls, whose arithmetic it runs on: fast or stock.

set(MBEDTLS_DIR "" CACHE PATH "mbedTLS: a source tree or an install prefix")
if(NOT MBEDTLS_DIR AND DEFINED ENV{MBEDTLS_DIR})
	set(MBEDTLS_DIR $ENV{MBEDTLS_DIR})
endif()

set(HATCH_MBEDTLS_CONFIG mbedtls_config.h CACHE STRING
	"The configuration mbedTLS is built with from source: a header in deps/, or a path from here")

set(mbedtls_source)
if(MBEDTLS_DIR)
	if(NOT IS_DIRECTORY ${MBEDTLS_DIR})
		message(FATAL_ERROR "MBEDTLS_DIR names no folder: ${MBEDTLS_DIR}")
	endif()
	if(EXISTS ${MBEDTLS_DIR}/library/ssl_tls.c)
		set(mbedtls_source ${MBEDTLS_DIR})
	endif()
else()
	file(GLOB unpacked ${PROJECT_SOURCE_DIR}/.deps/mbedtls-3.6.*)
	if(unpacked)
		list(SORT unpacked COMPARE NATURAL ORDER DESCENDING)
		list(GET unpacked 0 mbedtls_source)
	endif()
endif()

if(mbedtls_source)
	set(include_dir ${mbedtls_source}/include)
else()
	# With MBEDTLS_DIR, there and nowhere else.  Looked for anew each time, because it may change.
	set(only)
	if(MBEDTLS_DIR)
		set(only PATHS ${MBEDTLS_DIR} PATH_SUFFIXES lib lib/${CMAKE_LIBRARY_ARCHITECTURE} lib64 include NO_DEFAULT_PATH)
	endif()
	unset(HATCH_MBEDTLS_INCLUDE CACHE)
	foreach(part tls x509 crypto)
		unset(HATCH_MBED_${part} CACHE)
	endforeach()
	find_path(HATCH_MBEDTLS_INCLUDE mbedtls/build_info.h ${only})
	foreach(part tls x509 crypto)
		find_library(HATCH_MBED_${part} mbed${part} ${only})
	endforeach()
	if(NOT HATCH_MBEDTLS_INCLUDE OR NOT HATCH_MBED_tls OR NOT HATCH_MBED_x509 OR NOT HATCH_MBED_crypto)
		message(FATAL_ERROR "mbedTLS 3.6 or later was not found: run `make deps`, install it, "
			"or set MBEDTLS_DIR to its source tree or install prefix.")
	endif()
	set(include_dir ${HATCH_MBEDTLS_INCLUDE})
endif()

file(STRINGS ${include_dir}/mbedtls/build_info.h line REGEX "define MBEDTLS_VERSION_STRING ")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" mbedtls_version "${line}")
if(mbedtls_version VERSION_LESS 3.6)
	message(FATAL_ERROR "mbedTLS ${mbedtls_version} in ${include_dir} is too old: Hatch needs 3.6 or later.")
endif()

add_library(hatch_tls_backend INTERFACE)
target_include_directories(hatch_tls_backend SYSTEM INTERFACE ${include_dir})
if(mbedtls_source)
	# One archive instead of mbedTLS's three, and none of its test and program machinery.
	file(GLOB mbedtls_files ${mbedtls_source}/library/*.c)
	add_library(hatch_mbedtls STATIC ${mbedtls_files})
	target_include_directories(hatch_mbedtls SYSTEM
		PUBLIC ${include_dir} ${PROJECT_SOURCE_DIR}/deps ${PROJECT_SOURCE_DIR} PRIVATE ${mbedtls_source}/library)
	target_compile_definitions(hatch_mbedtls PUBLIC "MBEDTLS_CONFIG_FILE=<${HATCH_MBEDTLS_CONFIG}>")
	target_link_libraries(hatch_mbedtls PUBLIC Threads::Threads)
	target_link_libraries(hatch_tls_backend INTERFACE hatch_mbedtls)
	set(mbedtls_origin ${mbedtls_source})
else()
	target_link_libraries(hatch_tls_backend INTERFACE
		${HATCH_MBED_tls} ${HATCH_MBED_x509} ${HATCH_MBED_crypto} Threads::Threads)
	set(mbedtls_origin ${HATCH_MBED_tls})
endif()

# Whose X25519 and P-256: Hatch's, where mbedTLS is our own static build, since the wraps are made for
# 3.6 and only take calls between object files, which link-time optimization has no more; on 64-bit
# machines, too, where it is 3 to 14 times as fast as 3.6.6's (a handshake 3 to 5 times).
set(HATCH_TLS "" CACHE STRING "Arithmetic: fast (Hatch's, under mbedTLS 3.6 built from source) or stock")
set(fast_possible OFF)
if(mbedtls_source AND mbedtls_version VERSION_LESS 4 AND NOT APPLE AND NOT WIN32
	AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
	set(fast_possible ON)
endif()
set(hatch_tls ${HATCH_TLS})
if(NOT hatch_tls)
	set(hatch_tls stock)
	if(fast_possible)
		set(hatch_tls fast)
	endif()
elseif(hatch_tls STREQUAL "fast" AND NOT fast_possible)
	message(FATAL_ERROR "HATCH_TLS=fast needs the sources of mbedTLS 3.6 (`make deps`), GNU's linker or LLVM's, and no link-time optimization.")
endif()
message(STATUS "mbedTLS ${mbedtls_version}, ${hatch_tls}: ${mbedtls_origin}")
