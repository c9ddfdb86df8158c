/* Executables that hide or carry what intruders use. */

rule konseki_elf_upx_modified
{
	meta:
		id = "200466b9-6ad9-5034-934d-54e2c895777a"
		title = "Packed executable whose packer was disguised"
		title_ja = "偽装された UPX パック済み実行ファイル"
		description = "the marks of the packer remain where its name was removed, so that it cannot be unpacked"
		author = "konseki"
		attack = "T1027.002"
		score = 65
		response = "file"
	strings:
		$info = "$Info: This file is packed with the UPX executable packer"
		$id = "$Id: UPX "
		$magic = "UPX!"
	condition:
		uint32(0) == 0x464c457f and filesize < 50MB and any of ($info, $id) and #magic < 2
}

rule konseki_elf_preload_rootkit
{
	meta:
		id = "e1a07261-0ebb-54e8-9000-bbba69d14478"
		title = "Library that hides files and processes"
		title_ja = "ファイルやプロセスを隠すライブラリ"
		description = "a shared object that replaces directory reading and looks up the real functions"
		author = "konseki"
		attack = "T1574.006 T1014"
		score = 80
		response = "preload"
	strings:
		$next = "dlsym"
		$a = "readdir64"
		$b = "readdir"
		$c = "/proc/self/fd/%d"
		$d = "/etc/ld.so.preload"
		$e = "accept"
		$f = "pam_authenticate"
		$g = "/proc/net/tcp"
		$h = "fopen64"
		$i = "unlinkat"
		$interp = "/ld-linux"
	condition:
		uint32(0) == 0x464c457f and uint16(16) == 3 and filesize < 3MB and $next and $a and $b and $d and 2 of ($c, $e, $f, $g, $h, $i) and not $interp in (0..4096)
}

rule konseki_elf_miner
{
	meta:
		id = "d7b0f1a5-43c0-5c3c-828e-a18b07d13ffb"
		title = "Coin miner"
		title_ja = "マイニングプログラム"
		description = "an executable with the texts of a known miner"
		author = "konseki"
		attack = "T1496"
		score = 75
		response = "live-process"
	strings:
		$a = "stratum+tcp://"
		$b = "donate-level"
		$c = "randomx" nocase
		$d = "XMRig"
		$e = "mining.subscribe"
		$f = "cryptonight" nocase
		$g = "\"jsonrpc\":\"2.0\",\"method\":\"login\""
	condition:
		uint32(0) == 0x464c457f and filesize < 50MB and 4 of them
}

rule konseki_elf_shell_over_tls
{
	meta:
		id = "54c0de2d-5adf-5797-abd1-c82efb1e8e23"
		title = "Statically named remote shell"
		title_ja = "遠隔シェルツール"
		description = "texts of small remote shells that intruders carry"
		author = "konseki"
		attack = "T1572 T1059.004"
		score = 70
		response = "file"
	strings:
		$gs1 = "GSOCKET_SECRET"
		$gs2 = "gs-netcat"
		$rev1 = "reverse_shell" nocase
		$rev2 = "/bin/sh -i"
		$tsh1 = "tsh: get"
		$tsh2 = "Hello world! (challenge)"
		$bpf1 = "/var/run/haldrund.pid"
		$bpf2 = "/dev/shm/kdmtmpflush"
	condition:
		uint32(0) == 0x464c457f and filesize < 20MB and (all of ($gs*) or all of ($rev*) or any of ($tsh*) or any of ($bpf*))
}
