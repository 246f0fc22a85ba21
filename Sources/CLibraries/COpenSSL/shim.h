#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Numbers that OpenSSL makes of macros, which Swift cannot read.

// No renegotiation and no sessions that outlive a certificate.
static const uint64_t varve_tls_options = SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION
    | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE;

// The host that a client means, for servers that have several certificates.
static inline long varve_set_server_name(SSL *session, const char *name)
{
    return SSL_set_tlsext_host_name(session, name);
}

// Whether a host is given by its number, and not by its name.
static inline int varve_is_address(const char *host)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
    ASN1_OCTET_STRING_free(address);
    return address != NULL;
}

// Names as RFC 2253 writes them, in UTF-8.
static const unsigned long varve_name_flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
