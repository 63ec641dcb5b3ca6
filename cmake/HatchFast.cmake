# The calls of mbedTLS that src/tls/fast_*.c take over with the linker's --wrap.  For every build that
# uses CMake: Linux, the virtual board, ESP-IDF.

set(hatch_wraps
	mbedtls_ecdh_make_params mbedtls_ecdh_make_public mbedtls_ecdh_calc_secret
	mbedtls_ecdsa_write_signature mbedtls_ecdsa_read_signature
	mbedtls_md_hmac_starts mbedtls_md_hmac_reset mbedtls_md_hmac_finish
	mbedtls_psa_ecp_generate_key mbedtls_psa_ecp_export_public_key
	mbedtls_psa_key_agreement_ecdh mbedtls_psa_ecdsa_sign_hash
	mbedtls_pk_sign mbedtls_pk_sign_ext mbedtls_ssl_handle_pending_alert)

# hatch_choose_tls(TARGET HOW WRAPS...): compiles TARGET, the library, for fast or stock arithmetic, and
# has everything that links it take over the calls WRAPS.
function(hatch_choose_tls target how)
	if(how STREQUAL "fast")
		set(wraps ${ARGN})
		list(TRANSFORM wraps PREPEND -Wl,--wrap=)
		target_compile_definitions(${target} PRIVATE HATCH_WRAPPED)
		target_link_options(${target} INTERFACE ${wraps})
	elseif(NOT how STREQUAL "stock")
		message(FATAL_ERROR "HATCH_TLS is \"${how}\": it is fast or stock")
	endif()
endfunction()
