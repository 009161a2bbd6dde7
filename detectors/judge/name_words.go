package judge

// stems are texts of which every other name of a secret has one: all that has one of
// [keyWords] or [passwordWords] in it, or ends as secrets and passwords do.
var stems = []string{
	"auth", "credential", "geheimnis", "jeton", "kennwort", "key", "pass", "pepper", "psk", "psw", "pw",
	"salt", "secret", "segredo", "token", "wachtwoord",
}

// passwordEnds end words that mean a password.
var passwordEnds = []string{
	"kennwort", "motdepasse", "passcode", "passphrase", "passwd", "password", "passwort", "wachtwoord",
}

// passOf are what a password is of in words such as smtppass, dbpwd and rootpw.
var passOf = set(`
	admin api app auth bind db email ftp http imap key ldap login mail master mqtt my mysql pg proxy redis
	root smtp sql ssh user vpn web wifi
`)

// passwordWords are words that mean a password.
var passwordWords = set(`
	masterauth pass passw psk psw pswd pw pwd requirepass
`)

// passwordWordsElsewhere are words in other languages that mean a password, as far as
// they are written in ASCII and don't end as [passwordEnds] do.
var passwordWordsElsewhere = set(`
	adgangskode clave contrasena haslo heslo jelszo losenord lozinka mdp parol parola passord salasana senha
	sifre
`)

// wireless are words for a network whose key is a password that a person chose.
var wireless = set(`
	fi wifi wireless wlan wpa wpa2 wpa3
`)

// foreignPasswords are names of passwords that are not written in ASCII, or of several
// words.
var foreignPasswords = []string{
	"contraseña", "hasło", "jelszó", "lösenord", "mot de passe", "mot-de-passe", "mot_de_passe", "mật_khẩu", "şifre",
	"κωδικός", "συνθηματικό", "пароль", "סיסמה", "كلمة_المرور", "รหัสผ่าน", "パスワード", "口令", "密码", "密碼", "비밀번호",
	"암호",
}

// keyWords are words that mean a secret that a machine makes, besides those that end in
// secret, apikey and token.
var keyWords = set(`
	accesskey appkey authkey authorization authtok credential credentials privatekey secretkey secrets

	geheimnis jeton secreto segredo
`)

// foreignKeys are names of keys in other languages, wherever they stand in a name.
var foreignKeys = []string{
	"anahtar", "avain", "chave", "chiave", "cle_api", "cle_secrete", "clé", "klucz", "llave", "nyckel",
	"schluessel", "schlüssel", "sleutel", "zugangsdaten", "ключ", "секрет", "токен", "トークン", "令牌", "密鑰", "密钥",
	"秘密鍵", "비밀키",
}

// otherTokens are words that end in token and mean no secret.
var otherTokens = set(`
	nexttoken nontoken pagetoken subtoken
`)

// otherTokensOf are words before token that make it no secret: a place in a list, or a
// sign by which a request is known.
var otherTokensOf = set(`
	cancel cancellation continuation creation output starting
`)

// otherKeys are words before key that make it no secret: it finds something, or opens
// nothing.
var otherKeys = set(`
	a aggregate alt answer any arrow artifact attr attribute bucket cache candidate class column composite config
	context control correlation data dedup default dict each end enter entity env escape event experiment feature
	field file first flag foreign form gpg group hash header host hot idempotency index ini instrumentation issue item jira
	join json key kind label lang language last left legend local locale lookup map max menu merge message meta
	metadata min model name natural new no node object old order param parameter partition pgp press prev
	primary project property query queue range record redis registry resource result right route row rule s3 secondary
	setting settings shard shift short shortcut site sort span spec start state sub surrogate tab tag tags text
	the this title toggle tokenization toml topic topology trace translation type unique vector websocket with xml yaml
`)

// aboutSecrets are words that make a name one about a secret if they stand anywhere
// after it.
var aboutSecrets = set(`
	age at attempts audience autocomplete budget by bytes cache change changed check color complexity config
	confirm confirmation created days dialog disabled duration enabled encoder encoding encrypted entry env
	error errors exists expiration expire expired factory failed for forgot forgotten from function generator
	grant group handler hasher hashers hashing history hours in input interval invalid is issuer keyring keys
	lifetime limit link list location manager mapping max maximum method mgr min minimum minutes missing
	needed needs on optional options page parser permissions plugin position prompt property protected
	protection provider query reader realm refresh refs request required requirements requires reset resets resolver
	response retries role rotation rule rules salt schema scheme scope scopes screen seconds server service
	source state status store strategy strength style success symbol tags template timeout tooltip update
	updated usage used user valid validation validator validity verification view visible warning weight when
	with writer wrong
`)

// publicWords make public whatever has them in its name.
var publicWords = set(`
	authenticity checksum commit csrf cursor digest dummy encrypted etag example fake fingerprint identifier integrity
	md5 mock next nonce pagination placeholder pub public publishable revision sample sha sha1 sha2 sha224 sha256 sha384 sha512
	thumbprint xsrf
`)

// publicEndings make public what has them as the last word of its name: elsewhere they
// may say which secret it is.
var publicEndings = set(`
	alg algorithm alphabet arn characters chars charset class code column count description dir email
	endpoint expires expiry field file filename format guid hash hashed header hint host icon id ids index
	kind label len length message mode name names param parameter path pattern policy prefix ref regex regexp
	rev selector sig signature size ssid suffix text title ttl type uri url username uuid version
`)

// sources are what the names of files with code end with.
var sources = set(`
	.c .cc .cpp .cs .css .erb .ex .exs .go .h .html .java .js .jsx .kt .md .mjs .php .pl .py .rb .rs .scala
	.scss .sh .swift .tpl .ts .tsx .vue
`)

// asked are words that make a question or a number of the name that they begin.
var asked = set(`
	allow allows count disable enable has hide invalid is max min missing no num require requires show skip
	total use uses without wrong
`)

// acts are what is done to passwords, in names that this begins.
var acts = set(`
	change check confirm expired forgot generate random reset update validate verify
`)
