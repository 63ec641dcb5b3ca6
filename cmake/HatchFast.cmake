# The calls of mbedTLS that src/tls/fast_*.c take over with the linker's --wrap, and which of the files
# in src/tls/ that makes.  For the library on Linux and for ports that build with CMake.

set(hatch_wraps
	mbedtls_ecdh_make_params mbedtls_ecdh_make_public mbedtls_ecdh_calc_secret
	mbedtls_ecdsa_write_signature mbedtls_ecdsa_read_signature
	mbedtls_md_hmac_starts mbedtls_md_hmac_reset mbedtls_md_hmac_finish
	mbedtls_psa_ecp_generate_key mbedtls_psa_ecp_export_public_key
	mbedtls_psa_key_agreement_ecdh mbedtls_psa_ecdsa_sign_hash)

# hatch_choose_tls(FILES OPTIONS HOW): takes the files of the other choice from the list FILES, and
# sets OPTIONS to what every program that links them must be linked with.
function(hatch_choose_tls files options how)
	if(how STREQUAL "fast")
		set(other stock)
		list(TRANSFORM hatch_wraps PREPEND -Wl,--wrap= OUTPUT_VARIABLE wraps)
	elseif(how STREQUAL "stock")
		set(other fast)
		set(wraps)
	else()
		message(FATAL_ERROR "HATCH_TLS is \"${how}\": it is fast or stock")
	endif()
	list(FILTER ${files} EXCLUDE REGEX "/src/tls/${other}_[^/]*$")
	set(${files} "${${files}}" PARENT_SCOPE)
	set(${options} "${wraps}" PARENT_SCOPE)
endfunction()
