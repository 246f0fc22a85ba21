// First the system's headers, with what they are asked for in Swift's Glibc module: libevent asks
// for more, and a type of two shapes is an error.
#include <sys/time.h>
#include <event2/event.h>
#include <event2/buffer.h>
#include <event2/http.h>
