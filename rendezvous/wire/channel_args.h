// How gRPC is set up on both sides: heartbeats, limits, and as little memory as will do.
#ifndef SM_RENDEZVOUS_WIRE_CHANNEL_ARGS_H_
#define SM_RENDEZVOUS_WIRE_CHANNEL_ARGS_H_

#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/time/time.h"

namespace sm::rendezvous {

// Both sides ping a connection that was silent for so long, also when no call is on it ...
inline constexpr absl::Duration kHeartbeatInterval = absl::Seconds(10);
// ... and give the connection up when the answer takes longer than this.
inline constexpr absl::Duration kHeartbeatTimeout = absl::Seconds(20);

// Everything but the ports and services of the leader's server.
void ConfigureServer(grpc::ServerBuilder& builder);

// For a channel of its own (one TCP connection, never shared) that no proxy setting diverts.
grpc::ChannelArguments ClientChannelArguments();

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_WIRE_CHANNEL_ARGS_H_
