# Hatch as a component of ESP-IDF 5.2 to 6.x.
#
# ESP-IDF reads this twice: as a script, for what the component requires, in which
# idf_component_register() returns and nothing of the configuration is known; then in earnest.

set(hatch_dir ${CMAKE_CURRENT_LIST_DIR}/..)
get_filename_component(hatch_dir ${hatch_dir} ABSOLUTE)

file(GLOB_RECURSE hatch_sources ${hatch_dir}/src/*.c)
idf_build_get_property(hatch_target IDF_TARGET)
if(hatch_target STREQUAL "linux")
	# The host's sockets and files, as in the plain project.
	list(FILTER hatch_sources EXCLUDE REGEX "/src/port/(freertos|lwip|nvs)_[^/]*$")
	set(hatch_requires mbedtls)
else()
	list(FILTER hatch_sources EXCLUDE REGEX "/src/port/posix_[^/]*$")
	set(hatch_requires mbedtls lwip esp_netif esp_timer esp_hw_support nvs_flash)
endif()

# Signatures and their verification, where the chip does curves, or where ESP-IDF has wrapped the
# same calls for a key that is in hardware.  What fast_psa.c has for them goes with the section it
# is in: ESP-IDF always links with --gc-sections.
set(hatch_signs ON)
foreach(option HARDWARE_ECC HARDWARE_ECDSA_SIGN HARDWARE_ECDSA_VERIFY TEE_SEC_STG_ECDSA_SIGN
		ATCA_HW_ECDSA_SIGN ATCA_HW_ECDSA_VERIFY)
	if(CONFIG_MBEDTLS_${option})
		set(hatch_signs OFF)
	endif()
endforeach()
if(NOT hatch_signs)
	list(FILTER hatch_sources EXCLUDE REGEX "/src/tls/fast_sign.c$")
endif()

idf_component_register(SRCS ${hatch_sources} INCLUDE_DIRS ${hatch_dir}/src PRIV_REQUIRES ${hatch_requires})
# The registry's zlib, if the project has it: for permessage-deflate (src/live/ws_deflate.c).
idf_component_optional_requires(PRIVATE zlib espressif__zlib)

# The numbers of menuconfig, which the program's view of hatch_limits.h has to share.
file(STRINGS ${hatch_dir}/src/hatch_limits.h hatch_limits REGEX "^#define HATCH_[A-Z_0-9]+ [0-9]+$")
foreach(line IN LISTS hatch_limits)
	string(REGEX REPLACE "^#define (HATCH_[A-Z_0-9]+) .*" "\\1" name "${line}")
	if(NOT DEFINED CONFIG_${name})
		message(FATAL_ERROR "hatch: CONFIG_${name} is not known: Kconfig and hatch_limits.h differ, "
			"or sdkconfig is older than the component; run idf.py reconfigure")
	endif()
	target_compile_definitions(${COMPONENT_LIB} PUBLIC ${name}=${CONFIG_${name}})
endforeach()

# The wraps are made for mbedTLS 3.6, which ESP-IDF 5 has.
include(${hatch_dir}/cmake/HatchFast.cmake)
# HMAC stays with mbedTLS: ESP-IDF's always has CBC suites, and most often SHA-256 in hardware.
list(FILTER hatch_wraps EXCLUDE REGEX "_md_hmac_")
if(NOT hatch_signs)
	list(FILTER hatch_wraps EXCLUDE REGEX "_ecdsa_")
endif()
idf_build_get_property(hatch_idf_path IDF_PATH)
include(${hatch_idf_path}/tools/cmake/version.cmake) # IDF_VERSION_MAJOR
set(hatch_tls stock)
if(CONFIG_HATCH_TLS_FAST AND IDF_VERSION_MAJOR LESS 6)
	set(hatch_tls fast)
	# mbedTLS's archives come behind ours, so what they will ask for is asked for at once.
	set(hatch_wanted ${hatch_wraps})
	list(TRANSFORM hatch_wanted PREPEND -Wl,--undefined=__wrap_)
	target_link_options(${COMPONENT_LIB} INTERFACE ${hatch_wanted})
elseif(CONFIG_HATCH_TLS_FAST)
	message(STATUS "hatch: mbedTLS 4 computes X25519 and P-256 itself; Hatch's arithmetic is for 3.6")
endif()
hatch_choose_tls(${COMPONENT_LIB} ${hatch_tls} ${hatch_wraps})
message(STATUS "hatch: ${hatch_tls} arithmetic")
