#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

/* `amqp_login` takes a list of arguments that Swift cannot pass. */
static inline amqp_rpc_reply_t varve_amqp_login(
    amqp_connection_state_t connection, const char *user, const char *password) {
  return amqp_login(connection, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, user, password);
}
