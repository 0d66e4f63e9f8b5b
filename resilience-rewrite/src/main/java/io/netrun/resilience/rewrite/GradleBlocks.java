package io.netrun.resilience.rewrite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a build script of Gradle, in Groovy or Kotlin, and the statements in them, found by the braces, the
 * parentheses and the texts alone. Immutable.
 */
final class GradleBlocks {

    /**
     * What is between two braces.
     *
     * @param start where its opening brace is
     * @param end where its closing brace is, or the end of the script
     * @param header what is before the opening brace, such as {@code dependencies}
     * @param outer the block around it; null for the outermost one
     */
    record Block(
            int start, int end, String header, @Nullable Block outer) {}

    /**
     * A statement, or the head of one with a block.
     *
     * @param start where it begins, behind its indentation
     * @param end where it ends: at the end of its line, or at the brace of its block
     * @param block the block that it is in; null if it is in none
     * @param open whether a block follows
     */
    record Statement(int start, int end, @Nullable Block block, boolean open) {

        /** Its text, without space around it. */
        String text(String script) {
            return script.substring(start, end).strip();
        }
    }

    private final String text;

    private final List<Block> blocks = new ArrayList<>();

    private final List<Statement> statements = new ArrayList<>();

    GradleBlocks(String text) {
        this.text = text;
        read();
    }

    private void read() {
        List<int[]> spans = new ArrayList<>();
        List<Integer> outers = new ArrayList<>();
        List<String> headers = new ArrayList<>();
        Deque<Integer> open = new ArrayDeque<>();
        Deque<Integer> depths = new ArrayDeque<>();
        List<int[]> ends = new ArrayList<>(); // start, end, block, whether a block follows
        int depth = 0;
        int begin = 0;
        char former = '\n'; // the last character that is neither space nor within a comment
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int skipped = skipped(i);
            if (skipped > i) {
                former = c == '/' ? former : c;
                i = skipped;
                continue;
            }
            int current = open.isEmpty() ? -1 : open.peek();
            if (c == '(' || c == '[') {
                depth++;
            } else if (c == ')' || c == ']') {
                depth = Math.max(0, depth - 1);
            } else if (c == '{') {
                ends.add(new int[] {begin, i, current, 1});
                headers.add(text.substring(begin, i).strip());
                spans.add(new int[] {i, text.length()});
                outers.add(current);
                open.push(spans.size() - 1);
                depths.push(depth);
                depth = 0;
                begin = i + 1;
            } else if (c == '}' && !open.isEmpty()) {
                ends.add(new int[] {begin, i, current, 0});
                spans.get(open.pop())[1] = i;
                depth = depths.pop();
                begin = i + 1;
            } else if ((c == '\n' && depth == 0 && former != ',' && former != '=') || (c == ';' && depth == 0)) {
                ends.add(new int[] {begin, i, current, 0});
                begin = i + 1;
            }
            former = Character.isWhitespace(c) ? former : c;
            i++;
        }
        ends.add(new int[] {begin, text.length(), open.isEmpty() ? -1 : open.peek(), 0});
        for (int block = 0; block < spans.size(); block++) {
            int outer = outers.get(block);
            blocks.add(new Block(
                    spans.get(block)[0],
                    spans.get(block)[1],
                    headers.get(block),
                    outer < 0 ? null : blocks.get(outer)));
        }
        for (int[] end : ends) {
            int start = end[0];
            while (start < end[1] && Character.isWhitespace(text.charAt(start))) {
                start++;
            }
            if (start < end[1]) {
                statements.add(new Statement(start, end[1], end[2] < 0 ? null : blocks.get(end[2]), end[3] == 1));
            }
        }
    }

    /** Where a comment or a text ends that begins somewhere; the same position if none does. */
    private int skipped(int i) {
        if (text.startsWith("//", i)) {
            int end = text.indexOf('\n', i);
            return end < 0 ? text.length() : end;
        } else if (text.startsWith("/*", i)) {
            int end = text.indexOf("*/", i + 2);
            return end < 0 ? text.length() : end + 2;
        } else if (text.startsWith("\"\"\"", i) || text.startsWith("'''", i)) {
            int end = text.indexOf(text.substring(i, i + 3), i + 3);
            return end < 0 ? text.length() : end + 3;
        }
        char quote = text.charAt(i);
        if (quote != '"' && quote != '\'') {
            return i;
        }
        int end = i + 1;
        while (end < text.length() && text.charAt(end) != quote && text.charAt(end) != '\n') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(text.length(), end + (end < text.length() && text.charAt(end) == quote ? 1 : 0));
    }

    /** The statements, in their order. */
    List<Statement> statements() {
        return List.copyOf(statements);
    }

    /** What is before the blocks around a position, from the innermost one. */
    List<String> headers(int position) {
        List<String> headers = new ArrayList<>();
        Block found = null;
        for (Block block : blocks) {
            if (block.start() < position && position <= block.end()) {
                found = block; // the later ones are within the earlier ones
            }
        }
        while (found != null) {
            headers.add(found.header());
            found = found.outer();
        }
        return headers;
    }
}
