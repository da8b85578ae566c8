#include "bootstrap/config/json.h"

#include <algorithm>
#include <charconv>

#include "absl/container/flat_hash_map.h"

namespace sm::json {
namespace {

// Below this size a scan over the members is as fast as a hash table, and needs none.
constexpr size_t kIndexedFrom = 16;

}  // namespace

struct Object::Index {
  absl::flat_hash_map<std::string, size_t> position;
};

Object::Object() = default;
Object::Object(const Object& other)
    : members_(other.members_),
      index_(other.index_ ? std::make_unique<Index>(*other.index_) : nullptr) {}
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object& other) {
  if (this != &other) *this = Object(other);
  return *this;
}
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

std::optional<size_t> Object::Position(absl::string_view key) const {
  if (index_) {
    const auto it = index_->position.find(key);
    if (it == index_->position.end()) return std::nullopt;
    return it->second;
  }
  for (size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].first == key) return i;
  }
  return std::nullopt;
}

const Value* Object::Find(absl::string_view key) const {
  const std::optional<size_t> position = Position(key);
  return position ? &members_[*position].second : nullptr;
}

void Object::Set(std::string key, Value value) {
  if (const std::optional<size_t> position = Position(key)) {
    members_[*position].second = std::move(value);
    return;
  }
  if (index_) index_->position.emplace(key, members_.size());
  members_.emplace_back(std::move(key), std::move(value));
  if (!index_ && members_.size() >= kIndexedFrom) BuildIndex();
}

void Object::Erase(absl::string_view key) {
  const std::optional<size_t> position = Position(key);
  if (!position) return;
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(*position));
  index_.reset();
  if (members_.size() >= kIndexedFrom) BuildIndex();
}

std::vector<const Object::Member*> Object::SortedMembers() const {
  std::vector<const Member*> sorted;
  sorted.reserve(members_.size());
  for (const Member& member : members_) sorted.push_back(&member);
  // The order of the bytes is the order of the code points.
  std::sort(sorted.begin(), sorted.end(),
            [](const Member* a, const Member* b) { return a->first < b->first; });
  return sorted;
}

void Object::BuildIndex() {
  index_ = std::make_unique<Index>();
  index_->position.reserve(members_.size());
  for (size_t i = 0; i < members_.size(); ++i) index_->position.emplace(members_[i].first, i);
}

bool operator==(const Object& a, const Object& b) { return a.members_ == b.members_; }

bool Value::operator==(const Value& other) const { return v_ == other.v_; }

std::optional<int64_t> Integer::ToInt64() const {
  int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

namespace {

struct KindNamer {
  absl::string_view operator()(std::nullptr_t) const { return "null"; }
  absl::string_view operator()(bool) const { return "a boolean"; }
  absl::string_view operator()(const Integer&) const { return "an integer"; }
  absl::string_view operator()(double) const { return "a number"; }
  absl::string_view operator()(const std::string&) const { return "a string"; }
  absl::string_view operator()(const Array&) const { return "an array"; }
  absl::string_view operator()(const Object&) const { return "an object"; }
};

}  // namespace

absl::string_view KindName(const Value& value) { return std::visit(KindNamer(), value.variant()); }

}  // namespace sm::json
