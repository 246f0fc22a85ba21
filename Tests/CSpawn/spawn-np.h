// What glibc's spawn.h keeps from those who don't ask for GNU's extensions, as Swift does not.
#include <spawn.h>

int posix_spawn_file_actions_addchdir_np(
    posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *actions, int from);
