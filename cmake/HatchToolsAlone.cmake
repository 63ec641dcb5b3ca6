# macOS and Windows: hatch-cert and hatch-probe, which need mbedTLS and not the library.

message(STATUS "On ${CMAKE_SYSTEM_NAME} only hatch-cert and hatch-probe are built: the library, hatch-serve, the examples and the tests need Linux or a device")

if(MINGW)
	# The programs need no DLL that Windows does not bring.
	add_link_options(-static)
endif()

if(WIN32 AND TARGET hatch_mbedtls)
	target_link_libraries(hatch_mbedtls PUBLIC ws2_32 bcrypt)
endif()

foreach(tool hatch-cert hatch-probe)
	hatch_tool_sources(name files ${PROJECT_SOURCE_DIR}/tools/${tool}.c)
	add_executable(${tool} ${files})
	target_include_directories(${tool} PRIVATE tools)
	if(NOT MSVC) # whose compiler has other words for them
		target_compile_options(${tool} PRIVATE ${warnings})
	endif()
	target_link_libraries(${tool} PRIVATE hatch_tls_backend)
	if(WIN32)
		# Windows 10 and newer; %zu and the like mean what C says.
		target_compile_definitions(${tool} PRIVATE _WIN32_WINNT=0x0a00 __USE_MINGW_ANSI_STDIO=1)
		target_link_libraries(${tool} PRIVATE ws2_32 advapi32 bcrypt crypt32 shell32)
	endif()
endforeach()
install(TARGETS hatch-cert hatch-probe RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE THIRD_PARTY.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/hatch)
if(mbedtls_source)
	install(FILES ${mbedtls_source}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/hatch RENAME LICENSE.mbedtls)
endif()
