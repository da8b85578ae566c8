#include "bootstrap/config/key_reader.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"

namespace sm {

absl::Status KeyError(absl::string_view file, absl::string_view key, absl::string_view found,
                      absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": key ", json::Quote(key), ": found ", found, ", expected ", expected));
}

absl::Status KeyReader::Error(absl::string_view key, absl::string_view found,
                              absl::string_view expected) const {
  return KeyError(file_, absl::StrCat(prefix_, key), found, expected);
}

absl::StatusOr<std::string> KeyReader::CheckedString(const json::Value& value,
                                                     absl::string_view key,
                                                     absl::string_view expected) const {
  const std::string* text = value.AsString();
  if (text == nullptr) return Error(key, json::Describe(value), expected);
  if (text->empty()) return Error(key, "an empty string", expected);
  if (text->find('\0') != std::string::npos) {
    return Error(key, absl::StrCat(json::Describe(value), " with a NUL character"), expected);
  }
  return *text;
}

absl::StatusOr<std::string> KeyReader::String(absl::string_view key,
                                              absl::string_view expected) const {
  const json::Value* value = object_.Find(key);
  if (value == nullptr) return Error(key, "nothing", expected);
  return CheckedString(*value, key, expected);
}

absl::StatusOr<std::optional<std::string>> KeyReader::OptionalString(
    absl::string_view key, absl::string_view expected) const {
  const json::Value* value = object_.Find(key);
  if (value == nullptr) return std::nullopt;
  SM_ASSIGN_OR_RETURN(std::string text, CheckedString(*value, key, expected));
  return text;
}

absl::StatusOr<std::vector<std::string>> KeyReader::UniqueStrings(
    absl::string_view key, absl::string_view expected) const {
  SM_ASSIGN_OR_RETURN(const json::Array* array, OptionalArray(key, expected));
  if (array == nullptr) return Error(key, "nothing", expected);
  std::vector<std::string> strings;
  absl::flat_hash_set<std::string> seen;
  for (const json::Value& element : *array) {
    const std::string element_key = absl::StrCat(key, "[", strings.size(), "]");
    SM_ASSIGN_OR_RETURN(std::string text, CheckedString(element, element_key, expected));
    if (!seen.insert(text).second) {
      return Error(element_key, absl::StrCat(json::Quote(text), " a second time"), expected);
    }
    strings.push_back(std::move(text));
  }
  return strings;
}

absl::StatusOr<const json::Array*> KeyReader::OptionalArray(absl::string_view key,
                                                            absl::string_view expected) const {
  const json::Value* value = object_.Find(key);
  if (value == nullptr) return nullptr;
  if (value->AsArray() == nullptr) return Error(key, json::Describe(*value), expected);
  return value->AsArray();
}

}  // namespace sm
