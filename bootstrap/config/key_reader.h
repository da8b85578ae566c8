// Typed access to the keys of a configuration file, with errors that name file and key.
#ifndef SM_BOOTSTRAP_CONFIG_KEY_READER_H_
#define SM_BOOTSTRAP_CONFIG_KEY_READER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/config/json.h"

namespace sm {

// InvalidArgument: `FILE: key "KEY": found FOUND, expected EXPECTED`. The key is shortened.
absl::Status KeyError(absl::string_view file, absl::string_view key, absl::string_view found,
                      absl::string_view expected);

// Reads the members of one object. The object must outlive the reader. All errors are KeyError's;
// an absent key is found as "nothing". Strings that are empty or contain NUL are refused, since
// each of them becomes a name or a value that a process is given.
class KeyReader {
 public:
  // `prefix` is what a key of `object` has in front in messages: "instance_groups[0].".
  KeyReader(std::string file, const json::Object& object, std::string prefix = "")
      : file_(std::move(file)), prefix_(std::move(prefix)), object_(object) {}

  absl::StatusOr<std::string> String(absl::string_view key, absl::string_view expected) const;
  absl::StatusOr<std::optional<std::string>> OptionalString(absl::string_view key,
                                                            absl::string_view expected) const;
  // An array of strings, none of them twice. It may be empty.
  absl::StatusOr<std::vector<std::string>> UniqueStrings(absl::string_view key,
                                                         absl::string_view expected) const;
  // The array at `key`, or null when the key is absent.
  absl::StatusOr<const json::Array*> OptionalArray(absl::string_view key,
                                                   absl::string_view expected) const;

  absl::Status Error(absl::string_view key, absl::string_view found,
                     absl::string_view expected) const;

 private:
  absl::StatusOr<std::string> CheckedString(const json::Value& value, absl::string_view key,
                                            absl::string_view expected) const;

  std::string file_;
  std::string prefix_;
  const json::Object& object_;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_CONFIG_KEY_READER_H_
