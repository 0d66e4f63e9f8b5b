package io.netrun.resilience.spring.settings;

import java.util.Collection;
import java.util.Comparator;

/** Guesses which of the known words a mistyped one was meant to be. */
public final class Nearest {

    private Nearest() {}

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

    private static int edits(String candidate) {
        return Math.max(2, candidate.length() / 3);
    }

    /** Levenshtein's distance: insertions, deletions and replacements of single characters. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
