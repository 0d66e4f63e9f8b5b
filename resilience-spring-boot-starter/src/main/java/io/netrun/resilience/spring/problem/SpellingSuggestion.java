package io.netrun.resilience.spring.problem;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Suggests the known word that a misspelled one was probably meant to be. */
public final class SpellingSuggestion {

    /**
     * A shorter name is a different name if one letter differs: {@code eu} and {@code us}, {@code cart} and
     * {@code card}.
     */
    private static final int SHORTEST = 5;

    /**
     * In a name whose other words are equal, a word of this length may be misspelled: {@code a-pol}, {@code a-pool}.
     */
    private static final int SHORTEST_OF_SEVERAL = 4;

    /** In words of at least this length, two letters may differ. */
    private static final int LONG = 8;

    private SpellingSuggestion() {}

    /** What remains of a name where its separators differ, as in environment variables: letters and digits. */
    public static String alphanumeric(String name) {
        return name.replaceAll("[^\\p{Alnum}]", "").toLowerCase(Locale.ROOT);
    }

    /**
     * The known word with the fewest edits, if they are few enough for a typing error; otherwise empty. Upper and lower
     * case are equal, unless several words are as near.
     */
    public static String to(String word, Collection<String> known) {
        // Words may come from requests, so those whose lengths differ too much are not compared.
        return known.stream()
                .filter(candidate -> Math.abs(candidate.length() - word.length()) <= edits(candidate))
                .filter(candidate -> isNear(word, candidate))
                .min(Comparator.comparingInt((String candidate) -> distance(lower(word), lower(candidate)))
                        .thenComparing(candidate -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse("");
    }

    /**
     * Whether few letters differ, and in no single word so many that it is probably a different word, such as min and
     * max.
     */
    private static boolean isNear(String word, String candidate) {
        String one = lower(word);
        String other = lower(candidate);
        int distance = distance(one, other);
        if (distance > edits(candidate) || (distance > 0 && distance >= other.length())) {
            return false; // the latter has no letter in common
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
     * The known name of which a name is probably a misspelling; otherwise empty. Names of different things are often
     * similar, so this is stricter than for keys: names that differ by a number or a whole word are different.
     */
    public static String mistyped(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> isMistyped(name, candidate))
                .min(Comparator.comparingInt((String candidate) -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse("");
    }

    /**
     * Whether two names have the same letters, or all differing words look misspelled. A separator may be missing, so
     * differing words are joined and compared if their number is not equal.
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
            return false; // one has an additional word
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
            return distance <= 1 || (shorter >= LONG && distance == 2 && sameStart); // but internal and external differ
        }
        return oneOfSeveral
                && longer >= SHORTEST_OF_SEVERAL
                && distance <= 1
                && sameStart
                && !differInTheLastLetterAlone(word, other);
    }

    /** Short words that differ only there are different words, such as {@code card} and {@code cart}. */
    private static boolean differInTheLastLetterAlone(String word, String other) {
        int last = word.length() - 1;
        return word.length() == other.length() && word.substring(0, last).equals(other.substring(0, last));
    }

    /** The name in lower case, without separators. */
    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
    }

    private static String digits(String word) {
        return word.replaceAll("\\D", "");
    }

    /** The words of a name, separated by dashes, dots or upper case. */
    private static String[] words(String name) {
        return name.replaceAll("(\\p{Ll})(\\p{Lu})", "$1-$2")
                .toLowerCase(Locale.ROOT)
                .split("[^\\p{Alnum}]+");
    }

    private static String lower(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    private static int edits(String candidate) {
        return candidate.length() < SHORTEST ? 1 : 2;
    }

    /** The Levenshtein distance, in which a swap of two adjacent letters is one edit. */
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
