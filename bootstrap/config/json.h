// JSON as CPython's json module reads and writes it.
//
// The SageMaker contract is defined by what a Python toolkit made of these files, down to the byte,
// and general JSON libraries cannot express it: integers of any size, NaN and Infinity, lone
// surrogates, the last of duplicated keys in the first one's place, float repr, ensure_ascii.
#ifndef SM_BOOTSTRAP_CONFIG_JSON_H_
#define SM_BOOTSTRAP_CONFIG_JSON_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sm::json {

class Value;

// An integer of any size, as canonical decimal digits: "-?(0|[1-9][0-9]*)", never "-0".
struct Integer {
  std::string digits = "0";
  bool operator==(const Integer&) const = default;
  // The value, if it fits.
  std::optional<int64_t> ToInt64() const;
};

using Array = std::vector<Value>;

// Members in the order in which their keys first appeared, as a Python dict keeps them.
class Object {
 public:
  using Member = std::pair<std::string, Value>;

  Object();
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();

  // The value of `key`, or null. The pointer lives until the object changes.
  const Value* Find(absl::string_view key) const;
  // Replaces the value of `key`, or appends a member.
  void Set(std::string key, Value value);
  // Removes `key`, if present.
  void Erase(absl::string_view key);

  const std::vector<Member>& members() const { return members_; }
  // The members in the order of their keys' code points, as Python sorts them. The pointers live
  // until the object changes.
  std::vector<const Member*> SortedMembers() const;
  bool empty() const;
  size_t size() const;

  // The same members in the same order.
  friend bool operator==(const Object& a, const Object& b);

 private:
  void BuildIndex();
  std::optional<size_t> Position(absl::string_view key) const;

  std::vector<Member> members_;
  struct Index;  // key -> position; built when the object grows large
  std::unique_ptr<Index> index_;
};

// Strings hold UTF-8; a lone surrogate is held in the three bytes that UTF-8 would give its code
// point (Python keeps such strings, strict UTF-8 cannot).
class Value {
 public:
  using Variant = std::variant<std::nullptr_t, bool, Integer, double, std::string, Array, Object>;

  Value() : v_(nullptr) {}
  // A Value is made from any of its kinds, also implicitly.
  template <typename T>
  requires std::constructible_from<Variant, T&&> Value(T&& v)  // NOLINT
      : v_(std::forward<T>(v)) {}

  const Variant& variant() const& { return v_; }
  Variant&& variant() && { return std::move(v_); }
  bool is_null() const { return std::holds_alternative<std::nullptr_t>(v_); }
  // The kind that is asked for, or null when the value is of another kind.
  const bool* AsBool() const { return std::get_if<bool>(&v_); }
  const Integer* AsInteger() const { return std::get_if<Integer>(&v_); }
  const double* AsDouble() const { return std::get_if<double>(&v_); }
  const std::string* AsString() const { return std::get_if<std::string>(&v_); }
  const Array* AsArray() const { return std::get_if<Array>(&v_); }
  const Object* AsObject() const { return std::get_if<Object>(&v_); }

  bool operator==(const Value& other) const;

 private:
  Variant v_;
};

inline bool Object::empty() const { return members_.empty(); }
inline size_t Object::size() const { return members_.size(); }

// "null", "a boolean", "an integer", "a number", "a string", "an array", "an object": for messages.
absl::string_view KindName(const Value& value);

// Nesting deeper than this is refused, so that a hostile text cannot exhaust the stack.
inline constexpr int kMaxNesting = 500;

// Parses exactly one JSON text in UTF-8, as json.load() does with a file. InvalidArgument with
// line, column, what was found and what was expected; OutOfRange for nesting deeper than
// kMaxNesting.
absl::StatusOr<Value> Parse(absl::string_view text);

// The same for a text that comes out of a string Value, as json.loads() does with a str: here the
// text itself may hold lone surrogates.
absl::StatusOr<Value> ParseHeld(absl::string_view text);

// json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True). Bytes of a string
// that are no UTF-8 are written as Python's surrogateescape would have them: "\udcff".
std::string Dump(const Value& value);

// For messages, both shortened to some 60 characters: `text` as a JSON string, and a value's kind
// with, for scalars, the value: `an integer (3)`.
std::string Quote(absl::string_view text);
std::string Describe(const Value& value);

// Python's repr(float): "1e-05", "1e+16", "1000000000000000.0", "-0.0", "inf", "nan".
std::string FloatRepr(double value);

}  // namespace sm::json

#endif  // SM_BOOTSTRAP_CONFIG_JSON_H_
