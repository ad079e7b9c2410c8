# Rewrites 'plain literals' that have a backslash as E'...', so that the script
# means the same with standard_conforming_strings off: the server reads it as a
# whole before anything in it could turn the setting on.  Literals in bodies in
# dollar quotes are left alone.

{ text = text $0 "\n" }

END {
	n = length(text)
	escape = 0				# a literal that goes on is one with escapes
	for (i = 1; i <= n; i++) {
		c = substr(text, i, 1)
		if (c == "'") {
			previous = substr(text, i - 1, 1)
			if (previous == "E" && substr(text, i - 2, 1) !~ /[A-Za-z0-9_]/)
				escape = 1
			i = literal(i)
		} else if (c == "\"")
			i = copy_to(i, "\"")
		else if (substr(text, i, 2) == "--")
			i = copy_to(i, "\n")
		else if (substr(text, i, 2) == "/*")
			i = copy_to(i, "*/")
		else if (c == "$" && match(substr(text, i, 64), /^\$[A-Za-z_]*\$/))
			i = copy_to(i, substr(text, i, RLENGTH))
		else
			printf "%s", c
		if (c !~ /[ \t\n']/)
			escape = 0
	}
}

# Copies what starts at a position up to where it ends, and returns that.
function copy_to(from, end,    rest, at)
{
	rest = substr(text, from + length(end))
	at = from + length(end) - 1 + index(rest, end) + length(end) - 1
	printf "%s", substr(text, from, at - from + 1)
	return at
}

# Writes the literal whose quotation mark is at a position, and returns where
# it ends.
function literal(from,    at, body, c, count, part, parts)
{
	for (at = from + 1; at <= n; at++) {
		c = substr(text, at, 1)
		if (escape && c == "\\")
			at++
		else if (c == "'") {
			if (substr(text, at + 1, 1) != "'")
				break
			at++
		}
	}
	body = substr(text, from, at - from + 1)
	if (!escape && index(body, "\\")) {
		count = split(body, parts, "\\")
		body = "E" parts[1]
		for (part = 2; part <= count; part++)
			body = body "\\\\" parts[part]
	}
	printf "%s", body
	return at
}
