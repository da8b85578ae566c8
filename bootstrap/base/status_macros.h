// SM_RETURN_IF_ERROR and SM_ASSIGN_OR_RETURN: early return of an absl::Status.
//
// Newer Abseil releases bring macros of their own; the one that distributions ship does not.
#ifndef SM_BOOTSTRAP_BASE_STATUS_MACROS_H_
#define SM_BOOTSTRAP_BASE_STATUS_MACROS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Evaluates `expr` (an absl::Status) once and returns it from the enclosing function if not OK.
#define SM_RETURN_IF_ERROR(expr)                                                         \
  do {                                                                                   \
    if (absl::Status sm_status = (expr); !sm_status.ok()) return sm_status; /* NOLINT */ \
  } while (false)

#define SM_CONCAT_INNER_(a, b) a##b
#define SM_CONCAT_(a, b) SM_CONCAT_INNER_(a, b)

// Evaluates `expr` (an absl::StatusOr<T>) once; returns its status if not OK, else moves the value
// into `lhs`, which may be a declaration.
#define SM_ASSIGN_OR_RETURN(lhs, expr) \
  SM_ASSIGN_OR_RETURN_(SM_CONCAT_(sm_status_or_, __LINE__), lhs, expr)
#define SM_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                         \
  if (!tmp.ok()) return tmp.status();        \
  lhs = std::move(tmp).value()

#endif  // SM_BOOTSTRAP_BASE_STATUS_MACROS_H_
