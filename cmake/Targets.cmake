# How libraries, tests and benchmarks are declared.

# sm_library(<name> SOURCES ... [PUBLIC deps] [PRIVATE deps]): one concept, one static library. A
# library sees the headers of what it links and no symbol of anything else, so a layering mistake
# does not link.
function(sm_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE sm_compile_options ${ARG_PRIVATE})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_PUBLIC})
  endif()
endfunction()

# sm_test(<name> SOURCES ... [DEPS ...] [LABELS ...] [TIMEOUT s] [SERIAL]): one binary, each case a ctest
# test. A case that calls GTEST_SKIP counts as skipped, not as passed.
function(sm_test name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sm_compile_options sm_test_support ${ARG_DEPS} GTest::gmock
                                        GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  # Only what is set: gtest_discover_tests loses empty values, and takes the next word for them.
  set(properties TIMEOUT ${ARG_TIMEOUT} SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  if(ARG_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  if(SM_SANITIZE MATCHES thread)
    list(APPEND properties ENVIRONMENT
         TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/tsan.supp)
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
  foreach(source IN LISTS ARG_SOURCES)
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    set_property(GLOBAL APPEND PROPERTY SM_TEST_SOURCES ${source})
  endforeach()
endfunction()

# Fails the configure step, and with it the build, when a *_test.cc of `directory` was given to no
# sm_test(): a test that nobody runs looks alive and is not.
function(sm_require_all_tests_registered directory)
  file(GLOB_RECURSE on_disk CONFIGURE_DEPENDS ${directory}/*_test.cc)
  get_property(registered GLOBAL PROPERTY SM_TEST_SOURCES)
  list(REMOVE_ITEM on_disk ${registered})
  if(on_disk)
    list(JOIN on_disk "\n  " listing)
    message(FATAL_ERROR "test sources that no sm_test() names:\n  ${listing}")
  endif()
endfunction()
