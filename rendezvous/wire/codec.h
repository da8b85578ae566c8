// Messages as values to and from the bytes that gRPC carries.
#ifndef SM_RENDEZVOUS_WIRE_CODEC_H_
#define SM_RENDEZVOUS_WIRE_CODEC_H_

#include <grpcpp/support/byte_buffer.h>

#include "absl/status/statusor.h"
#include "rendezvous/core/host_list.h"
#include "rendezvous/core/messages.h"

namespace sm::rendezvous {

// The full name of the one method.
inline constexpr char kAttendMethod[] = "/sm.rendezvous.v1.Rendezvous/Attend";

// Copies of the result share its bytes, so that one encoding serves every stream.
grpc::ByteBuffer Encode(const HostMessage& message);
grpc::ByteBuffer Encode(const LeaderMessage& message);

// InvalidArgument, with what is wrong, when `bytes` are no such message or a value is out of its
// range. Free text that is longer than allowed is cut, not refused.
absl::StatusOr<HostMessage> DecodeHostMessage(const grpc::ByteBuffer& bytes);

// Likewise; a world must have as many members as there are `hosts`, whose names it is given.
absl::StatusOr<LeaderMessage> DecodeLeaderMessage(const grpc::ByteBuffer& bytes,
                                                  const HostList& hosts);

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_WIRE_CODEC_H_
