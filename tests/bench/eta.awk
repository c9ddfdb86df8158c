# eta.awk - how good a forecast was: reads what a terminal saw of `collect',
# `… 0:12, ETA 0:30'; prints the share of forecasts after the first tenth of
# the run that were within 25 % of its real length.
#
#   awk -v RS='\r' -f eta.awk TYPESCRIPT
function seconds(t,   a, n) {
	n = split(t, a, ":")
	return n == 3 ? a[1] * 3600 + a[2] * 60 + a[3] : a[1] * 60 + a[2]
}
match($0, /[0-9:]+, ETA [0-9:]+/) {
	split(substr($0, RSTART, RLENGTH), part, ", ETA ")
	passed[++n] = seconds(part[1])
	left[n] = seconds(part[2])
	total = passed[n]
}
END {
	for (i = 1; i <= n; i++) {
		if (passed[i] < total / 10 || passed[i] > total - 2)
			continue
		off = (passed[i] + left[i] - total) / total
		all++
		good += off <= 0.25 && off >= -0.25
		if (off < low) low = off
		if (off > high) high = off
	}
	printf "  -> run of %d s: %d of %d forecasts within 25 %% (%+.0f to %+.0f %%)\n",
		total, good, all, 100 * low, 100 * high
}
