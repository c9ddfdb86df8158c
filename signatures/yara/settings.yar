/* Files whose place gives their content a meaning. */

rule konseki_redis_dump_as_settings
{
	meta:
		id = "8718e140-80f0-5ec4-8d1c-d0675a8b2c8a"
		title = "Dump of Redis in the place of a crontab or of keys"
		title_ja = "crontab や公開鍵の場所に置かれた Redis のダンプ"
		description = "Redis was told to save its data there: its values hold lines of the intruder"
		author = "konseki"
		attack = "T1053.003 T1098.004 T1190"
		score = 85
		response = "file"
	strings:
		$dump = "REDIS0"
	condition:
		$dump at 0 and (filename matches /^(ana)?crontab$|^authorized_keys/ or
		filepath matches /\/cron(tabs?|\.\w+)?(\/(cron)?tabs)?$|\/\.ssh$/)
}

rule konseki_loader_other_preload
{
	meta:
		id = "01395196-b68b-5b02-a3d1-e57eac2ab480"
		title = "Loader that reads another list than /etc/ld.so.preload"
		title_ja = "/etc/ld.so.preload とは別のリストを読むローダ"
		description = "the dynamic loader of the GNU library lacks the name of its own list"
		author = "konseki"
		attack = "T1574.006 T1554"
		score = 85
		response = "changed-program"
	strings:
		$elf = "\x7fELF"
		$list = "/etc/ld.so.preload"
	condition:
		filesize < 8MB and $elf at 0 and not $list and
		filename matches /^ld-(linux[a-z0-9_-]*|\d\.\d+)\.so(\.\d)?$/
}
