/* Scripts that give a shell to the network, or that set up miners. */

rule konseki_script_reverse_shell
{
	meta:
		id = "8a42199c-ffcf-5060-8038-7da4dec9e724"
		title = "Script connects a shell with the network"
		title_ja = "シェルをネットワークに接続するスクリプト"
		description = "the usual one-liners, in a file that can be run"
		author = "konseki"
		attack = "T1059.004 T1095"
		score = 75
		response = "file"
	strings:
		$bash = /\b(ba|z|k)?sh\s+-i\s*[0-9]?>&?\s*\/dev\/(tcp|udp)\/[^\s\/]{3,80}\/\d{1,5}/
		$exec = /exec\s+\d{1,2}<>\s*\/dev\/(tcp|udp)\/[^\s\/]{3,80}\/\d{1,5}/
		$io = /\bsh\b[^\n]{0,40}[<>]&\s*\d|\$\{?\w{1,20}\}?\s+2>&\d/
		$nc = /\b(nc|ncat|netcat|nc\.traditional)\s+(-\w+\s+){0,4}([\w.:-]+\s+\d{1,5}\s+)?(-\w*[ec]|--exec|--sh-exec)\s+["']?\/bin\/(ba|da|z)?sh/
		$fifo = /mkfifo\s+\S{1,80}\s*;[^\n]{0,80}\b(ba|da|z)?sh\s+-i[^\n]{0,40}\|\s*(nc|ncat|netcat|telnet|openssl)\b/
		$py1 = "socket.socket(" 
		$py2 = /os\.dup2\(\s*\w{1,12}\.fileno\(\)\s*,\s*0\s*\)/
		$py3 = /(pty\.spawn|subprocess\.(call|Popen|run)|os\.execl?v?p?)\s*\(\s*\[?\s*["']\/?(bin\/)?(ba)?sh/
		$perl1 = "use Socket" 
		$perl2 = /open\(STDIN,\s*["']>&\w/
		$perl3 = /exec\s*\(?\s*["']\/bin\/(ba)?sh\s+-i/
		$ruby = /TCPSocket\.(new|open)\([^\n]{1,200}exec\s+["']?\/bin\/(ba)?sh/
	condition:
		filesize < 1MB and uint32(0) != 0x464c457f and
		(any of ($bash, $nc, $fifo, $ruby) or ($exec and $io) or all of ($py*) or all of ($perl*))
}

rule konseki_script_miner
{
	meta:
		id = "3db4301d-cc18-57fe-9521-3fde7d65c255"
		title = "Script or settings of a coin miner"
		title_ja = "マイニング用のスクリプト・設定"
		description = "pool addresses and options of miners"
		author = "konseki"
		attack = "T1496"
		score = 75
		response = "live-process"
	strings:
		$pool = /stratum\+(tcp|ssl|udp):\/\/[\w.-]{4,80}:\d{2,5}/
		$level = "\"donate-level\""
		$level2 = "--donate-level"
		$algo = /"(algo|coin)"\s*:\s*"(rx\/\w+|randomx|cn\/\w+|monero|argon2\/chukwa\w*)"/
		$wallet = /\b[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b/
		$kill = /pkill\s+(-\w+\s+)*(xmrig|minerd|kinsing|kdevtmpfsi|xmr-stak)/
	condition:
		filesize < 1MB and uint32(0) != 0x464c457f and 2 of them
}

rule konseki_script_preload_installer
{
	meta:
		id = "9ff7577d-8a2b-5a1e-9436-3f036e32becc"
		title = "Script that installs a preloaded library"
		title_ja = "プリロード型ルートキットを仕込むスクリプト"
		description = "writes ld.so.preload"
		author = "konseki"
		attack = "T1574.006"
		score = 70
		response = "preload"
	strings:
		$write = /(>>?|tee(\s+-a)?)\s*\/etc\/ld\.so\.preload/
		$build = /\b(gcc|cc|tcc)\s[^\n]{0,200}-shared[^\n]{0,200}\.so/
		$immutable = /chattr\s+\+\w*i\w*\s+\/etc\/ld\.so\.preload/
	condition:
		filesize < 1MB and uint32(0) != 0x464c457f and $write and any of ($build, $immutable)
}
