# What `cmake --install` puts where, under the prefix and DESTDIR.

include(GNUInstallDirs)

# The target is made later, in bootstrap/.
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL install TARGETS sm-bootstrap RUNTIME
               DESTINATION ${CMAKE_INSTALL_BINDIR})

# SageMaker starts the program `train` of an image.
file(CREATE_LINK sm-bootstrap ${CMAKE_BINARY_DIR}/train SYMBOLIC)
install(FILES ${CMAKE_BINARY_DIR}/train DESTINATION ${CMAKE_INSTALL_BINDIR})

# docs/ stays a directory of its own, so that the links in README.md lead there.
set(SM_INSTALL_DOCDIR ${CMAKE_INSTALL_DATAROOTDIR}/doc/sm-bootstrap)
install(FILES LICENSE README.md CHANGELOG.md CONTRIBUTING.md DESTINATION ${SM_INSTALL_DOCDIR}
        OPTIONAL)
install(DIRECTORY docs DESTINATION ${SM_INSTALL_DOCDIR} OPTIONAL)
install(
  DIRECTORY examples
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/sm-bootstrap
  OPTIONAL USE_SOURCE_PERMISSIONS
  PATTERN __pycache__ EXCLUDE)
