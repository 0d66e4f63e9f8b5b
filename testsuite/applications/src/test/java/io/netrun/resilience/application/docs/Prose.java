package io.netrun.resilience.application.docs;

import java.util.Set;

/**
 * What a file has for readers: all of its text, or only the comments and literals if it is a program. Everything else
 * is blanked out, so that an offset into the prose is also one into the file.
 */
final class Prose {

    /** Stands for a character of code. It is neither a word nor white space, so no phrase reaches across it. */
    static final char CODE = '\u0001';

    private static final Set<String> PROGRAMS = Set.of("java", "kt", "js", "css");

    private final String source;
    private final StringBuilder prose;
    private int at;

    private Prose(String source) {
        this.source = source;
        this.prose = new StringBuilder(source.length());
    }

    /** The prose of a file, of the same length as the file. */
    static String of(String fileName, String text) {
        String extension = fileName.substring(fileName.lastIndexOf('.') + 1);
        return PROGRAMS.contains(extension) ? new Prose(text).ofProgram() : text;
    }

    private String ofProgram() {
        while (at < source.length()) {
            if (isNext("//")) {
                comment("\n");
            } else if (isNext("/*")) {
                comment("*/");
            } else if (isNext("\"\"\"")) {
                literal("\"\"\"");
            } else if (isNext("\"") || isNext("'") || isNext("`")) {
                literal(source.substring(at, at + 1));
            } else {
                blank(CODE);
            }
        }
        return prose.toString();
    }

    /** Its marks become spaces, so that a sentence goes on over the lines of a comment. */
    private void comment(String end) {
        blank(' ');
        blank(' ');
        boolean lineStarts = true;
        while (at < source.length() && !isNext(end)) {
            char next = source.charAt(at);
            boolean mark = next == '*' && lineStarts;
            lineStarts = next == '\n' || lineStarts && isMarkOrSpace(next);
            if (mark) {
                blank(' ');
            } else {
                keep();
            }
        }
        for (int i = 0; i < end.length() && at < source.length(); i++) {
            blank(' ');
        }
    }

    private static boolean isMarkOrSpace(char next) {
        return next == ' ' || next == '*';
    }

    private void literal(String quote) {
        skip(quote);
        while (at < source.length() && !isNext(quote)) {
            // A quote that is never closed, as in a regular expression of JavaScript, ends with its line.
            if (source.charAt(at) == '\n' && quote.length() == 1 && !quote.equals("`")) {
                return;
            }
            if (source.charAt(at) == '\\' && at + 1 < source.length()) {
                blank(' ');
                blank(' ');
            } else {
                keep();
            }
        }
        skip(quote);
    }

    private void skip(String mark) {
        for (int i = 0; i < mark.length() && at < source.length(); i++) {
            blank(CODE);
        }
    }

    private boolean isNext(String text) {
        return source.startsWith(text, at);
    }

    private void keep() {
        prose.append(source.charAt(at++));
    }

    private void blank(char replacement) {
        char next = source.charAt(at++);
        prose.append(Character.isWhitespace(next) ? next : replacement);
    }
}
