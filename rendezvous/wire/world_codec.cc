#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/resolve.h"
#include "bootstrap/base/status_macros.h"
#include "rendezvous/core/hello_check.h"
#include "rendezvous/wire/address.h"
#include "rendezvous/wire/internal_codec.h"

namespace sm::rendezvous::internal {
namespace {

constexpr char kAsText = 0;
constexpr char kV4 = 4;
constexpr char kV6 = 6;

// The entry of member `i` in an array whose last entry stands for the rest; it has at least one.
template <typename Array>
auto EntryOf(const Array& array, size_t i) {
  auto last = static_cast<size_t>(array.size()) - 1;
  return *(array.begin() + static_cast<std::ptrdiff_t>(i < last ? i : last));
}

// How many entries such an array needs for `values`.
template <typename T>
size_t EntriesNeeded(const std::vector<T>& values) {
  size_t needed = values.size();
  while (needed > 1 && values[needed - 1] == values[needed - 2]) --needed;
  return needed;
}

// Takes the members' addresses one after the other out of the packed arrays.
class AddressReader {
 public:
  explicit AddressReader(const v1::World& proto) : proto_(proto), rest_(proto.addresses()) {}

  absl::StatusOr<std::string> Next() {
    switch (EntryOf(proto_.address_families(), next_++)) {
      case kV4:
        return TakePacked(4);
      case kV6:
        return TakePacked(16);
      case kAsText:
        return TakeText();
      default:
        return absl::InvalidArgumentError("the world has an address of an unknown family");
    }
  }

 private:
  absl::StatusOr<std::string> TakePacked(size_t size) {
    if (rest_.size() < size) return absl::InvalidArgumentError("the world lacks addresses");
    std::string address = UnpackAddress(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return address;
  }

  absl::StatusOr<std::string> TakeText() {
    if (next_text_ >= proto_.other_addresses_size()) {
      return absl::InvalidArgumentError("the world lacks addresses");
    }
    const std::string& address = proto_.other_addresses(next_text_++);
    if (!IsNumericAddress(address)) {
      return absl::InvalidArgumentError("the world has an address that is not numeric");
    }
    return address;
  }

  const v1::World& proto_;
  absl::string_view rest_;
  size_t next_ = 0;
  int next_text_ = 0;
};

absl::Status CheckShape(const v1::World& proto, size_t hosts) {
  if (proto.members() != hosts) {
    return absl::InvalidArgumentError(absl::StrCat("the leader's world has ", proto.members(),
                                                   " members, our list has ", hosts, " hosts"));
  }
  if (proto.local_world_sizes().empty() || proto.address_families().empty()) {
    return absl::InvalidArgumentError("the world lacks local world sizes or addresses");
  }
  if (proto.master_port() < 1 || proto.master_port() > 65535) {
    return OutOfRange("master port", proto.master_port());
  }
  if (!IsNumericAddress(proto.master_address())) {
    return absl::InvalidArgumentError("the world's master address is not numeric");
  }
  return absl::OkStatus();
}

}  // namespace

void ToProto(const World& world, v1::World& proto) {
  std::vector<uint32_t> sizes;
  std::vector<char> families;
  for (const Member& member : world.members) {
    std::string packed = PackAddress(member.address);
    sizes.push_back(ToWire(member.local_world_size));
    families.push_back(packed.empty() ? kAsText : packed.size() == 4 ? kV4 : kV6);
    proto.mutable_addresses()->append(packed);
    if (packed.empty()) proto.add_other_addresses(member.address);
  }
  sizes.resize(EntriesNeeded(sizes));
  families.resize(EntriesNeeded(families));
  proto.set_members(static_cast<uint32_t>(world.members.size()));
  *proto.mutable_local_world_sizes() = {sizes.begin(), sizes.end()};
  proto.set_address_families(families.data(), families.size());
  proto.set_master_address(world.master_address);
  proto.set_master_port(ToWire(world.master_port));
  proto.set_run_id(world.run_id);
}

absl::StatusOr<World> FromProto(const v1::World& proto, const HostList& hosts) {
  const std::vector<std::string>& names = hosts.names();
  SM_RETURN_IF_ERROR(CheckShape(proto, names.size()));
  World world;
  world.members.reserve(names.size());
  AddressReader addresses(proto);
  int64_t first_rank = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    uint32_t size = EntryOf(proto.local_world_sizes(), i);
    if (size < 1 || size > kMaxLocalWorldSize) return OutOfRange("local world size", size);
    SM_ASSIGN_OR_RETURN(std::string address, addresses.Next());
    world.members.push_back({names[i], static_cast<int>(i), std::move(address), FromWire(size),
                             static_cast<int>(first_rank)});
    first_rank += size;
    if (first_rank > std::numeric_limits<int>::max()) return OutOfRange("local world size", size);
  }
  world.world_size = static_cast<int>(first_rank);
  world.master_address = proto.master_address();
  world.master_port = FromWire(proto.master_port());
  world.run_id = proto.run_id();
  return world;
}

}  // namespace sm::rendezvous::internal
