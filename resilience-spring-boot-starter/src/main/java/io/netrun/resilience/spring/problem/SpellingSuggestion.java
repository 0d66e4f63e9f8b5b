package io.netrun.resilience.spring.problem;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Guesses which of the known words a mistyped one was meant to be. */
public final class SpellingSuggestion {

    /**
     * A shorter name is another name as soon as one letter differs: {@code eu} and {@code us}, {@code cart} and
     * {@code card}.
     */
    private static final int SHORTEST = 5;

    /**
     * Beside other words that are the same, a word of this length may be a mistyped one: {@code a-pol}, {@code a-pool}.
     */
    private static final int SHORTEST_OF_SEVERAL = 4;

    /** From this length on, two letters may be wrong. */
    private static final int LONG = 8;

    private SpellingSuggestion() {}

    /** The known word with the fewest edits, if these are few enough for a typing error; otherwise empty. */
    public static String to(String word, Collection<String> known) {
        // A word whose length differs by more than the edits that are allowed is not near and need not be compared:
        // words may come from requests.
        return known.stream()
                .filter(candidate -> Math.abs(candidate.length() - word.length()) <= edits(candidate))
                .filter(candidate -> isNear(word, candidate))
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .orElse("");
    }

    /** Few letters differ, and in none of the words so many that it is more likely another word: min and max. */
    private static boolean isNear(String word, String candidate) {
        String one = word.toLowerCase(Locale.ROOT);
        String other = candidate.toLowerCase(Locale.ROOT);
        if (distance(one, other) > edits(candidate)) {
            return false;
        }
        String[] words = words(word);
        String[] others = words(candidate);
        if (words.length != others.length) {
            return true;
        }
        for (int i = 0; i < words.length; i++) {
            if (distance(words[i], others[i]) > edits(others[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * The known name that a name is most likely a mistyped form of; otherwise empty. Names of different things are
     * often alike, so less is a typing error here than among the keys of a configuration: names that differ by a number
     * or by a whole word are those of different things.
     */
    public static String mistyped(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> isMistyped(name, candidate))
                .min(Comparator.comparingInt((String candidate) -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse("");
    }

    /**
     * Whether two names have the same letters, or all words that differ do so like mistyped ones. A separator may be
     * missing, so words that are not as many on both sides are compared together.
     */
    private static boolean isMistyped(String name, String candidate) {
        if (letters(name).equals(letters(candidate))) {
            return true;
        }
        List<String> words = new ArrayList<>(List.of(words(name)));
        List<String> others = new ArrayList<>(List.of(words(candidate)));
        int all = Math.max(words.size(), others.size());
        removeCommonStart(words, others);
        Collections.reverse(words);
        Collections.reverse(others);
        removeCommonStart(words, others);
        Collections.reverse(words);
        Collections.reverse(others);
        if (words.isEmpty() || others.isEmpty()) {
            return false; // a whole word more
        }
        if (words.size() != others.size()) {
            return isMistypedWord(
                    String.join("", words), String.join("", others), all > Math.max(words.size(), others.size()));
        }
        int differing = 0;
        for (int i = 0; i < words.size(); i++) {
            if (!words.get(i).equals(others.get(i))) {
                differing++;
                if (!isMistypedWord(words.get(i), others.get(i), all > 1)) {
                    return false;
                }
            }
        }
        return differing <= 2;
    }

    private static void removeCommonStart(List<String> words, List<String> others) {
        while (!words.isEmpty() && !others.isEmpty() && words.get(0).equals(others.get(0))) {
            words.remove(0);
            others.remove(0);
        }
    }

    /** @param oneOfSeveral whether the name has other words */
    private static boolean isMistypedWord(String word, String other, boolean oneOfSeveral) {
        int shorter = Math.min(word.length(), other.length());
        int longer = Math.max(word.length(), other.length());
        if (shorter == 0 || !digits(word).equals(digits(other)) || longer - shorter > 2) {
            return false;
        }
        int distance = distance(word, other);
        boolean sameStart = word.charAt(0) == other.charAt(0);
        if (shorter >= SHORTEST) {
            return distance <= 1 || (shorter >= LONG && distance == 2 && sameStart); // internal and external are two
        }
        return oneOfSeveral
                && longer >= SHORTEST_OF_SEVERAL
                && distance <= 1
                && sameStart
                && !differInTheLastLetterAlone(word, other);
    }

    /** Short words that do so are others, such as {@code card} and {@code cart}. */
    private static boolean differInTheLastLetterAlone(String word, String other) {
        int last = word.length() - 1;
        return word.length() == other.length() && word.substring(0, last).equals(other.substring(0, last));
    }

    /** In lower case, without what only separates words. */
    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
    }

    private static String digits(String word) {
        return word.replaceAll("\\D", "");
    }

    /** The words of a name, however they are put together: with dashes, dots, or upper case. */
    private static String[] words(String name) {
        return name.replaceAll("(\\p{Ll})(\\p{Lu})", "$1-$2")
                .toLowerCase(Locale.ROOT)
                .split("[^\\p{Alnum}]+");
    }

    private static int edits(String candidate) {
        return candidate.length() < SHORTEST ? 1 : 2;
    }

    /** The distance of Levenshtein, in which two neighbours that have changed places are one edit. */
    private static int distance(String a, String b) {
        int[][] rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                int replaced = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                int best = Math.min(replaced, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                rows[i][j] = swapped ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
            }
        }
        return rows[a.length()][b.length()];
    }
}
