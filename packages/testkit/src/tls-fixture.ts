/**
 * A self-signed certificate for `localhost` and 127.0.0.1 with its key, for tests only: it is public, so it protects
 * nothing. Valid for a hundred years. Made with `openssl req -x509 -newkey ec -nodes -days 36500`. @public
 */
export const TEST_ONLY_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIB2TCCAYCgAwIBAgIUKBqis4UZkMHXILKlA1kNB00EOoowCgYIKoZIzj0EAwIw
LTErMCkGA1UEAwwiQ29zbW9zcyB0ZXN0IGZpeHR1cmUsIG5vdCBhIHNlY3JldDAg
Fw0yNjExMjAwNTUwMjlaGA8yMTI2MTAyNzA1NTAyOVowLTErMCkGA1UEAwwiQ29z
bW9zcyB0ZXN0IGZpeHR1cmUsIG5vdCBhIHNlY3JldDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABFFie8Zb10g712Q5em212/GH9w+SoOPO5a6BRUVMXzP2hu7WXes1
lq2txz5Bzty9IOcF6MWKu7Y7blC176aIitCjfDB6MB0GA1UdDgQWBBSQ2QzBfDaX
ZQ0tj/ixFmzz1DEcKzAfBgNVHSMEGDAWgBSQ2QzBfDaXZQ0tj/ixFmzz1DEcKzAP
BgNVHRMBAf8EBTADAQH/MCcGA1UdEQQgMB6CCWxvY2FsaG9zdIILKi5sb2NhbGhv
c3SHBH8AAAEwCgYIKoZIzj0EAwIDRwAwRAIgOHkVZsOl/utekVWtC8wt/65rYVV4
sXEd3QKezJyCpNYCIEKcPESo/7SXQuuIADv9MPa1S3yQxIGfbLW4B4fCU9Ko
-----END CERTIFICATE-----
`;

/** The key of {@link TEST_ONLY_CERTIFICATE}; a test fixture, not a secret. @public */
export const TEST_ONLY_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzGHVl13rcu7Q9ZL2
yL6UNfAMdr5z6GGxmnLzfdlmKBmhRANCAARRYnvGW9dIO9dkOXpttdvxh/cPkqDj
zuWugUVFTF8z9obu1l3rNZatrcc+Qc7cvSDnBejFiru2O25Qte+miIrQ
-----END PRIVATE KEY-----
`;
