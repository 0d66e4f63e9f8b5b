package io.netrun.resilience.rewrite;

import org.openrewrite.Column;
import org.openrewrite.DataTable;
import org.openrewrite.Recipe;

/** What a recipe has left, or has changed in its behaviour, with the reason: a data table of its run. */
public final class Leftovers extends DataTable<Leftovers.Row> {

    /** Creates the table of a recipe. */
    public Leftovers(Recipe recipe) {
        super(recipe, "Left to do by hand", "What has no counterpart or behaves differently, with the reason.");
    }

    /**
     * One item.
     *
     * @param file the path of the file
     * @param what the name in the other library
     * @param reason why it was left, and the remedy
     */
    public record Row(
            @Column(displayName = "File", description = "The path of the file.")
            String file,

            @Column(displayName = "What", description = "The name in the other library.")
            String what,

            @Column(displayName = "Reason", description = "Why it was left, and the remedy.")
            String reason) {}
}
