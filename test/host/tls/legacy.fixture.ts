// PKCS#12 files in the encryptions of old, for machines whose openssl can no longer write them. The key in them is
// worth nothing outside these tests.

/** Key 3DES, certificate RC2-40, MAC SHA-1: what Windows and OpenSSL 1 wrote. Passphrase `old-secret`. */
export const rc2With3des = Buffer.from(
  [
    "MIIDegIBAzCCA0AGCSqGSIb3DQEHAaCCAzEEggMtMIIDKTCCAh8GCSqGSIb3DQEHBqCCAhAwggIMAgEAMIICBQYJKoZIhvcN",
    "AQcBMBwGCiqGSIb3DQEMAQYwDgQI+dhBmmeQSu4CAggAgIIB2EBhMpdnG/dtLpFTeZfteE5T7oBibmfKfkCuc5+WivbmZXf1",
    "xmpZ2SS2YmleAUsU7cwj77ta3m0Vvoj8aXhLICF/7zaRmQjSCc2zKr6n/7VoMmOSSa2X1TvOZlyH/wKmO6IIVga/tSL84Fpu",
    "UKfTdvrz6pgu4Rak1tpgDJY1LaxUIanzuDdW5U5YKrpKbZwNZMJLc2otjus9g18yohy6nPfilClb4magvdv93vcWUdjJR3iQ",
    "8BLlrnKub2j/0Xx+4ZpAflSR/2SlPYs5NYI//e1eNPiAnEe4ak0TadKUHYq2VmpJNs3HUqSqw0BIZS5UE9Z+oW9jSkOTit+m",
    "WjjEBNWF6IM1Fr1UelvOlfiw6SsBsX1TNEtiAOamSRp24TZM8ykMLRIiAK7WY+Nr3c1DoUun5bDwE62OUgDzRK7WlJlbAUdF",
    "pzY27HQm5o9hUt8ELbSgMNGasOZWBLsRX0PdZUKu9OcPOelasp+mSpDsbWOHt+Cug6t6NW2D+G3cASS4z5yM/y5eEhcydrvF",
    "hpfpOUftpqLsw6tJXApVm9ePa5+s8o93+Pm4om4xYSPX9BtbGfLQHzZSun0vrQLRNslj4HKVHF7o6DbfdzNCwHATcsDmzrgo",
    "qFoSis0wggECBgkqhkiG9w0BBwGggfQEgfEwge4wgesGCyqGSIb3DQEMCgECoIG0MIGxMBwGCiqGSIb3DQEMAQMwDgQIF4K5",
    "Z506jWICAggABIGQOiSQGJ2fgjXhqQSDO11wvCEilenJcJv/jYily92mIB6Mc2GqNkdwSNgV2vQ36NtC5yZRxxNzcS5ecbXL",
    "vJSAPbAajB5Inu8fGBaraFmnkgqwAp7TZqI4OhitSZ1/y7NnaUjshhoFXup0tkhAUcNsr1qBMd/QJVldlw/U11dTZ1DbyXA3",
    "RFxt8QJo8u7oaVmlMSUwIwYJKoZIhvcNAQkVMRYEFL/LBcZwbfZHhCcREjyy3fxKJ4yGMDEwITAJBgUrDgMCGgUABBQXBqFr",
    "WsIz/bIpcM6pkrLErozlWAQItD2kye1M+DUCAggA",
  ].join(""),
  "base64",
);

/** Key RC2-128, certificate 3DES. Passphrase `пароль-密码`. */
export const rc2NonLatin = Buffer.from(
  [
    "MIIDegIBAzCCA0AGCSqGSIb3DQEHAaCCAzEEggMtMIIDKTCCAh8GCSqGSIb3DQEHBqCCAhAwggIMAgEAMIICBQYJKoZIhvcN",
    "AQcBMBwGCiqGSIb3DQEMAQMwDgQIbd+ZQwcoQvgCAggAgIIB2N9Mam3ye32QV1YJq1kfgit2CzYbOMbgDalZfaS9kfr8j3si",
    "BrNDKSvf1gH/fS5yZurL3taI9liBTozu8gha+kGW27LAccSRAsbwuyJ3u9AyjjgypAjxk8wkTO36pDQD3iWb6tdGsLqyoXcz",
    "oaYMLYnv/LZaINsBek1oO/5vUuJndZbYsFhcnSAdrxfbOyVlVMLZIZk+K6Lr8i2egp0uGcbgDoSbf/WJ5Ok/5Ov+VNslUzb1",
    "7iNhmYrZENBHQFbt4ujiwIw4QlYWN3ee1jLeLHBZSJ37bTsOg4joR8W661FqvoybMUXgSBYdQx41fF8MR3BED/fzJTtbvbKQ",
    "1B3Em7prrF4P9Oj/ioSpHaZskbzgEaqcjUiC567cymVcaz4Re0P3MhQsMHbmApWnbVuYInGgQCqAaSH4tt00qsJgSS+VRA8j",
    "UqNjbZZVGVJ1EH6VQPDXbQ1FPyFmip0h4rHkPCcmg4wy9fSal44vpICjEgLlo1lTpJ3yoxIanxnrMCL72Mob8JWsKGS/Q6/z",
    "gYRgNagmCtwIwJbAFHQE9Ty7Q7L81ZJHgvFUpp+5Q59sdmjiUYy+SvpPGOnNNOg7CJfVbPBB5u5KJjvk8Yns8cCmRZ4xWMRV",
    "O55dJbgwggECBgkqhkiG9w0BBwGggfQEgfEwge4wgesGCyqGSIb3DQEMCgECoIG0MIGxMBwGCiqGSIb3DQEMAQUwDgQIb+ob",
    "WOLiE+oCAggABIGQScRpGgiPE3eJ/AF6kX4fPAptzWAErRiIcVcbAScZXCPPrME94Oe0nzHQTKQuZ4CERmIL/tUH7RfZs9O1",
    "2EQDm1vlJg/LVQ8bHP7T2pYY4OLCrH4utHtLANF1T+7PvbgmoiWmKhRnnc/92KoZi5DvnrlIXyJmiNV2qz6GgUFzzxni1ZKG",
    "lgt5OIdGlFsSOSwBMSUwIwYJKoZIhvcNAQkVMRYEFL/LBcZwbfZHhCcREjyy3fxKJ4yGMDEwITAJBgUrDgMCGgUABBRh65wU",
    "kw9b3OQEUxm0OFWevMGIQwQI7nT7NNKufRYCAggA",
  ].join(""),
  "base64",
);
