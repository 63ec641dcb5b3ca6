/*
 * The mbedTLS that Hatch is built with, whole: what is not defined here is not compiled.
 * For mbedTLS 3.6 LTS.  The build passes it as MBEDTLS_CONFIG_FILE.
 *
 * Both halves of TLS are here, because the tools and the tests are clients too; in a program that
 * only serves, the linker leaves the client half out.
 *
 * Not here, and why: CBC, CCM and 3DES suites (AEAD only), static RSA and finite-field key
 * exchange (no forward secrecy, or slow), renegotiation and early data (replay), DTLS, PSK without
 * a key exchange (no forward secrecy), certificate revocation lists, USE_PSA_CRYPTO (an RSA
 * handshake then costs 30 % more, and a fifth more memory at its peak).
 */

/* ---- the platform ---- */

#define MBEDTLS_HAVE_ASM             /* multiply and reduce with the wide instructions of the CPU */
#define MBEDTLS_HAVE_TIME            /* sessions and tickets age */
#define MBEDTLS_HAVE_TIME_DATE       /* certificates expire */
#define MBEDTLS_PLATFORM_C           /* the next line needs it */
#define MBEDTLS_PLATFORM_MEMORY      /* mbedtls_platform_set_calloc_free(): memory is counted */
#define MBEDTLS_ERROR_C              /* mbedtls_strerror(): a reason in words for the log */
#define MBEDTLS_VERSION_C            /* mbedtls_version_get_string(): for --version */
#if defined(__unix__) || defined(__APPLE__)
#define MBEDTLS_FS_IO                /* tools read and write PEM files */
#define MBEDTLS_THREADING_C          /* servers in several threads share the PSA key store */
#define MBEDTLS_THREADING_PTHREAD
#elif defined(_WIN32)
/* Nothing: mbedTLS knows Windows's clock and randomness, and the tools there have one thread. */
#else
#define MBEDTLS_NO_PLATFORM_ENTROPY  /* a bare board brings its own source of randomness */
#define MBEDTLS_ENTROPY_HARDWARE_ALT
#define MBEDTLS_PLATFORM_MS_TIME_ALT /* and its own clock */
#define MBEDTLS_AES_ROM_TABLES       /* 8.7 kB of tables in flash instead of in memory */
#endif

/* ---- random numbers ---- */

#define MBEDTLS_ENTROPY_C
#define MBEDTLS_CTR_DRBG_C

/* ---- hashes ---- */

#define MBEDTLS_MD_C
#define MBEDTLS_SHA1_C               /* the WebSocket handshake only; no signature with it passes */
#define MBEDTLS_SHA224_C             /* SHA256_C of 3.6 wants its pair under PSA */
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_HKDF_C               /* the key schedule of TLS 1.3 */
#define MBEDTLS_HMAC_DRBG_C          /* deterministic ECDSA, RFC 6979 */

/* ---- ciphers ---- */

#define MBEDTLS_CIPHER_C
#define MBEDTLS_AES_C
#define MBEDTLS_AESNI_C              /* where the PC has the instructions */
#define MBEDTLS_AESCE_C              /* the same on 64-bit Arm */
#define MBEDTLS_GCM_C
#define MBEDTLS_CHACHA20_C           /* two to five times AES-GCM's speed where AES is software */
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C

/* ---- public keys ---- */

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM         /* fast reduction for the NIST primes */
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 1 /* tables for the generator: signing in half the time */
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECDSA_DETERMINISTIC    /* a weak random source cannot leak the key */
#define MBEDTLS_RSA_C
#define MBEDTLS_GENPRIME               /* hatch-cert can make RSA keys, for old clients */
#define MBEDTLS_RSA_GEN_KEY_MIN_BITS 2048
#define MBEDTLS_PKCS1_V15              /* RSA signatures in TLS 1.2 and in certificates */
#define MBEDTLS_PKCS1_V21              /* RSA-PSS: TLS 1.3 */
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_PARSE_EC_COMPRESSED
#define MBEDTLS_PK_WRITE_C

/* ---- PSA: TLS 1.3 of 3.6 does its key exchange through it ---- */

#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS /* no copy of every input: 14 kB less at the peak */
#define MBEDTLS_PSA_KEY_STORE_DYNAMIC        /* as many keys as there are handshakes */

/* ---- certificates ---- */

#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PEM_WRITE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_X509_CSR_PARSE_C
#define MBEDTLS_X509_CREATE_C
#define MBEDTLS_X509_CRT_WRITE_C       /* hatch-cert, and the self-signed identity of a device */
#define MBEDTLS_X509_CSR_WRITE_C

/* ---- TLS ---- */

#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED /* resumption, still with ECDH */
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE /* middleboxes: browsers expect it */
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET    /* RFC 7627: binds a session to its handshake */
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE     /* TLS 1.3 of 3.6 needs it */
#define MBEDTLS_SSL_ALL_ALERT_MESSAGES        /* a peer is told why */
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_ASYNC_PRIVATE             /* TLS 1.2 waits for a key in a secure element */
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_SESSION_TICKETS
#define MBEDTLS_SSL_TICKET_C
#define MBEDTLS_SSL_CACHE_C                   /* session IDs: TLS 1.2 clients without tickets */
#define MBEDTLS_SSL_IN_CONTENT_LEN  16384     /* a peer may send records this long: RFC 8446 5.1 */
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096      /* ours are shorter */

/* For traces on stderr: MBEDTLS_DEBUG_C.  It costs code and is off; add -DMBEDTLS_DEBUG_C to
 * CFLAGS to try it. */
