// Matchers for absl::Status and absl::StatusOr; the Abseil that distributions ship has none.
#ifndef SM_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define SM_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sm::testing {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

// The status is OK.
MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).ok();
}

// The status has `code`; with a second argument, also a message that matches it.
MATCHER_P(StatusIs, code, "has code " + absl::StatusCodeToString(code)) {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code;
}
MATCHER_P2(StatusIs, code, message,
           "has code " + absl::StatusCodeToString(code) + " and a message that " +
               ::testing::DescribeMatcher<std::string>(message, negation)) {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code &&
         ::testing::ExplainMatchResult(message, std::string(GetStatus(arg).message()),
                                       result_listener);
}

// Fails the test unless `expr` (an absl::StatusOr) is OK; moves its value into `lhs`.
#define SM_ASSERT_OK_AND_ASSIGN(lhs, expr) \
  SM_ASSERT_OK_AND_ASSIGN_(SM_TEST_CONCAT_(sm_test_status_or_, __LINE__), lhs, expr)
#define SM_TEST_CONCAT_INNER_(a, b) a##b
#define SM_TEST_CONCAT_(a, b) SM_TEST_CONCAT_INNER_(a, b)
#define SM_ASSERT_OK_AND_ASSIGN_(tmp, lhs, expr)    \
  auto tmp = (expr);                                \
  ASSERT_TRUE(tmp.ok()) << tmp.status().ToString(); \
  lhs = std::move(tmp).value()

}  // namespace sm::testing

#endif  // SM_TESTS_SUPPORT_STATUS_MATCHERS_H_
