#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

// Numbers that OpenSSL makes of macros, which Swift cannot read.

// No renegotiation and no sessions that outlive a certificate.
static const uint64_t varve_tls_options = SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION
    | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE;

// Names as RFC 2253 writes them, in UTF-8.
static const unsigned long varve_name_flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
