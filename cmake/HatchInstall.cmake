# `make install`: the library, its headers and tools, and what lets others find them with
# find_package(hatch) or pkg-config.  Our own mbedTLS is private: it goes to lib/hatch/.

include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hatch)
set(private_dir ${CMAKE_INSTALL_LIBDIR}/hatch)

install(TARGETS hatch EXPORT hatch ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(tools)
	install(TARGETS ${tools} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES LICENSE THIRD_PARTY.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/hatch)

if(TARGET hatch_mbedtls)
	install(TARGETS hatch_mbedtls ARCHIVE DESTINATION ${private_dir})
	install(FILES ${mbedtls_source}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/hatch RENAME LICENSE.mbedtls)
	set(HATCH_BACKEND_CMAKE "\${PACKAGE_PREFIX_DIR}/${private_dir}/libhatch_mbedtls.a")
	set(HATCH_BACKEND_PC "\${libdir}/hatch/libhatch_mbedtls.a")
	if(hatch_tls STREQUAL "fast")
		# Each needs the other: HatchFast.cmake.
		string(PREPEND HATCH_BACKEND_CMAKE "-Wl,--start-group;\$<TARGET_FILE:hatch::hatch>;")
		string(APPEND HATCH_BACKEND_CMAKE ";-Wl,--end-group")
		list(TRANSFORM hatch_wraps PREPEND -Wl,--wrap= OUTPUT_VARIABLE wraps)
		string(REPLACE ";" " " wraps "${wraps}")
		set(HATCH_BACKEND_PC "-Wl,--start-group -lhatch ${HATCH_BACKEND_PC} -Wl,--end-group ${wraps}")
	endif()
else()
	set(HATCH_BACKEND_CMAKE "${HATCH_MBED_tls};${HATCH_MBED_x509};${HATCH_MBED_crypto}")
	string(REPLACE ";" " " HATCH_BACKEND_PC "${HATCH_BACKEND_CMAKE}")
endif()

configure_package_config_file(cmake/hatch-config.cmake.in hatch-config.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(hatch-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hatch-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/hatch-config-version.cmake
	DESTINATION ${config_dir})
install(EXPORT hatch NAMESPACE hatch:: FILE hatch-targets.cmake DESTINATION ${config_dir})

configure_file(cmake/hatch.pc.in hatch.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hatch.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
