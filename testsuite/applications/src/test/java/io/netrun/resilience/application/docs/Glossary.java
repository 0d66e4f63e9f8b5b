package io.netrun.resilience.application.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The words that this project does not use, and what it uses instead; the dictionary is a resource. */
final class Glossary {

    private static final Pattern SENTENCE_END =
            Pattern.compile("[.!?:;](?=\\s)|\\R\\s*\\R|\\R(?=[#|>*-])|" + Prose.CODE);
    private static final int LONGEST_SENTENCE = 400;

    private final List<Word> words = new ArrayList<>();
    private final List<Allowed> allowed = new ArrayList<>();

    /**
     * Reads the dictionary.
     *
     * @param dictionary a regular expression, {@code =} and what to use instead, one per line
     * @param exceptions a file, {@code |} and a part of a sentence in which such a word is right, one per line
     */
    Glossary(String dictionary, String exceptions) {
        entries(dictionary).forEach(line -> {
            String[] parts = line.split(" = ", 2);
            words.add(new Word(Pattern.compile(parts[0].strip(), Pattern.CASE_INSENSITIVE), parts[1].strip()));
        });
        entries(exceptions).forEach(line -> {
            String[] parts = line.split("\\|", 2);
            allowed.add(new Allowed(parts[0].strip(), parts[1].strip()));
        });
    }

    private static Stream<String> entries(String text) {
        return text.lines().filter(line -> !line.isBlank() && !line.startsWith("#"));
    }

    /** The uses of such words in a file, without those that are allowed. */
    List<Use> uses(Path file, String text) {
        String prose = Prose.of(file.getFileName().toString(), text);
        List<Use> uses = new ArrayList<>();
        for (Word word : words) {
            word.pattern.matcher(prose).results().forEach(found -> {
                Use use = new Use(
                        file,
                        lineOf(found, prose),
                        found.group().replaceAll("\\s+", " "),
                        sentence(found, prose),
                        word.instead);
                if (allowed.stream().noneMatch(each -> each.covers(use))) {
                    uses.add(use);
                }
            });
        }
        return uses;
    }

    /** The exceptions that nothing has needed so far. */
    List<Allowed> unused() {
        return allowed.stream().filter(each -> !each.used).toList();
    }

    private static int lineOf(MatchResult found, String prose) {
        return (int) prose.substring(0, found.start())
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
    }

    private static String sentence(MatchResult found, String prose) {
        int from = Math.max(0, found.start() - LONGEST_SENTENCE);
        int to = Math.min(prose.length(), found.end() + LONGEST_SENTENCE);
        int start = SENTENCE_END
                .matcher(prose)
                .region(from, found.start())
                .results()
                .mapToInt(MatchResult::end)
                .reduce(from, (first, last) -> last);
        int end = SENTENCE_END
                .matcher(prose)
                .region(found.end(), to)
                .results()
                .mapToInt(MatchResult::start)
                .findFirst()
                .orElse(to);
        return prose.substring(start, end).strip().replaceAll("\\s+", " ");
    }

    private record Word(Pattern pattern, String instead) {}

    /** An honest use of such a word. */
    static final class Allowed {

        private final String file;
        private final String fragment;
        private boolean used;

        Allowed(String file, String fragment) {
            this.file = file;
            this.fragment = fragment;
        }

        private boolean covers(Use use) {
            boolean covers = use.file.toString().replace('\\', '/').equals(file) && use.sentence.contains(fragment);
            used |= covers;
            return covers;
        }

        @Override
        public String toString() {
            return file + " | " + fragment;
        }
    }

    /** A use of such a word: file, line, word and the sentence around it. */
    record Use(Path file, int line, String word, String sentence, String instead) {

        @Override
        public String toString() {
            return file + ":" + line + ": '" + word + "' in: " + sentence + " (use " + instead + ")";
        }
    }
}
