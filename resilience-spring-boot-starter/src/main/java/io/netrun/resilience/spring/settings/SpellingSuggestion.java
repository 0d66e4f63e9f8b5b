package io.netrun.resilience.spring.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Guesses which of the known words a mistyped one was meant to be. */
public final class SpellingSuggestion {

    /**
     * A shorter word is another word as soon as one letter differs: {@code eu} and {@code us}, {@code cart} and
     * {@code card}.
     */
    private static final int SHORTEST = 5;

    /** From this length on, two letters may be wrong. */
    private static final int LONG = 8;

    private SpellingSuggestion() {}

    /** The known word with the fewest edits, if these are few enough for a typing error; otherwise empty. */
    public static String to(String word, Collection<String> known) {
        // Whose length differs by more than the edits that are allowed is not near, and need not be compared: words may
        // come
        // from requests.
        return known.stream()
                .filter(candidate -> Math.abs(candidate.length() - word.length()) <= edits(candidate))
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .filter(candidate -> distance(word, candidate) <= edits(candidate))
                .orElse("");
    }

    /**
     * The known name that a name is most likely a mistyped form of; otherwise empty. Names of different things are
     * often alike, so less is a typing error here than among the keys of a configuration.
     */
    public static String mistyped(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> isMistyped(name, candidate))
                .min(Comparator.comparingInt((String candidate) -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse("");
    }

    /**
     * Whether all words of two names are the same, or differ like mistyped ones; or the names have the same letters.
     */
    private static boolean isMistyped(String name, String candidate) {
        if (letters(name).equals(letters(candidate))) {
            return true;
        }
        String[] words = words(name);
        String[] others = words(candidate);
        if (words.length != others.length) {
            return false;
        }
        int differing = 0;
        for (int i = 0; i < words.length; i++) {
            if (!words[i].equals(others[i])) {
                differing++;
                if (!isMistypedWord(words[i], others[i])) {
                    return false;
                }
            }
        }
        return differing == 1;
    }

    private static boolean isMistypedWord(String word, String other) {
        int length = Math.min(word.length(), other.length());
        return length >= SHORTEST
                && digits(word).equals(digits(other))
                && Math.abs(word.length() - other.length()) <= 2
                && distance(word, other) <= (length >= LONG ? 2 : 1);
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
        return Math.max(2, candidate.length() / 3);
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
