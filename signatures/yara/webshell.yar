/* Server-side scripts that run what a visitor sends. */

rule konseki_webshell_php
{
	meta:
		id = "c8c5329b-b570-5cf7-8f6c-e1235df5f7ca"
		title = "PHP script runs what a visitor sends"
		title_ja = "送信された内容を実行する PHP"
		description = "input of the request goes straight into evaluation or a command"
		author = "konseki"
		attack = "T1505.003"
		score = 80
		response = "web-shell"
	strings:
		$php = "<?php" nocase
		$short = "<?="
		$eval = /\b(eval|assert|create_function|preg_replace_callback)\s*\(\s*(@?\s*(base64_decode|gzinflate|gzuncompress|str_rot13|stripslashes|urldecode|rawurldecode|hex2bin)\s*\(\s*){0,4}@?\$_(GET|POST|REQUEST|COOKIE|SERVER)\b/ nocase
		$run = /\b(system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)\s*\(\s*(@?\s*(base64_decode|stripslashes|urldecode|trim|escapeshellcmd)\s*\(\s*){0,3}@?\$_(GET|POST|REQUEST|COOKIE)\b/ nocase
		$tick = /`\s*\{?\$_(GET|POST|REQUEST|COOKIE)\b/ nocase
		$call = /\$_(GET|POST|REQUEST|COOKIE)\s*\[[^\]]{1,40}\]\s*\(\s*@?\$_(GET|POST|REQUEST|COOKIE)\b/ nocase
		$include = /\b(include|require)(_once)?\s*\(?\s*@?\$_(GET|POST|REQUEST|COOKIE)\s*\[/ nocase
		$stream = /\b(eval|assert)\s*\(\s*@?file_get_contents\s*\(\s*["']php:\/\/input["']/ nocase
	condition:
		filesize < 2MB and uint32(0) != 0x464c457f and ($php or $short) and any of ($eval, $run, $tick, $call, $include, $stream)
}

rule konseki_webshell_php_packed
{
	meta:
		id = "43da7b5b-815b-5794-92ef-1c62512bbbd3"
		title = "PHP script evaluates a packed body"
		title_ja = "圧縮・符号化された本体を評価する PHP"
		description = "evaluation of a long decoded literal"
		author = "konseki"
		attack = "T1505.003 T1027"
		score = 70
		response = "web-shell"
	strings:
		$php = "<?php" nocase
		$eval = /\b(eval|assert)\s*\(\s*(@?\s*(gzinflate|gzuncompress|gzdecode|str_rot13|strrev|base64_decode|hex2bin|convert_uudecode|rawurldecode)\s*\(\s*){2,6}["'][A-Za-z0-9+\/=%]{200}/ nocase
	condition:
		filesize < 5MB and uint32(0) != 0x464c457f and $php and $eval
}

rule konseki_webshell_jsp
{
	meta:
		id = "9f066df0-afb9-5858-aae9-ee73b6a38c4b"
		title = "JSP page runs what a visitor sends"
		title_ja = "送信されたコマンドを実行する JSP"
		description = "a parameter of the request reaches the run time or a class loader"
		author = "konseki"
		attack = "T1505.003"
		score = 75
		response = "web-shell"
	strings:
		$jsp = /<%[@!=]?|<jsp:/
		$in = "request.getParameter" nocase
		$in2 = "request.getHeader" nocase
		$run = /getRuntime\s*\(\s*\)\s*\.\s*exec\s*\(/
		$builder = /new\s+ProcessBuilder\s*\(/
		$define = "defineClass"
		$cipher = /Cipher\.getInstance\s*\(\s*"AES"/
	condition:
		filesize < 1MB and uint32(0) != 0x464c457f and $jsp and (any of ($in*) and any of ($run, $builder) or $define and $cipher)
}
