package io.netrun.resilience.application.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.application.docs.Glossary.Use;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scanner itself, on made-up text. */
class GlossaryScanTests {

    private static final String DICTIONARY = """
            # a comment
            \\bcan\\s+not\\b = cannot
            (?<!\\bin\\s{1,9})\\bplace\\b = permit
            """;

    private final Glossary glossary = new Glossary(DICTIONARY, "A.java | the first place");

    @Test
    void useShouldNameFileLineAndSentence() {
        List<Use> uses = glossary.uses(Path.of("page.md"), "# Title\n\nFine. This can\nnot be: never.");
        assertThat(uses).hasSize(1);
        assertThat(uses.get(0)).hasToString("page.md:3: 'can not' in: This can not be (use cannot)");
    }

    @Test
    void programShouldBeReadInItsCommentsAndLiteralsOnly() {
        String java = """
                int place = 1; // no place
                String place = "a \\"place\\" here", other = place("x");
                char quote = '"'; int place = 2;
                /**
                 * It can
                 * not be.
                 */
                int place = '\\'';
                String block = \"""
                    The place of "place" here
                    \""";
                """;
        assertThat(glossary.uses(Path.of("B.java"), java))
                .extracting(Use::line)
                .containsExactlyInAnyOrder(1, 2, 5, 10, 10);
    }

    @Test
    void phraseShouldNotReachFromOneLiteralIntoTheNext() {
        assertThat(glossary.uses(Path.of("B.java"), "f(\"can\", \"not\")")).isEmpty();
    }

    @Test
    void phraseShouldBeFoundAcrossCommentLines() {
        assertThat(glossary.uses(Path.of("B.java"), "// it can\n    // not\nint i;"))
                .hasSize(1);
    }

    @Test
    void honestEnglishShouldNotBeFound() {
        assertThat(glossary.uses(Path.of("page.md"), "in place, in\nplace, placeholder, replaced, cannot"))
                .isEmpty();
    }

    @Test
    void allowedSentenceShouldBeAllowedInItsFileOnly() {
        String text = "// It was wrong in the first place.";
        assertThat(glossary.unused()).hasSize(1);
        assertThat(glossary.uses(Path.of("A.java"), text)).isEmpty();
        assertThat(glossary.unused()).isEmpty();
        assertThat(glossary.uses(Path.of("B.java"), text)).hasSize(1);
    }

    @Test
    void regularExpressionOfScriptShouldNotHideWhatFollows() {
        assertThat(glossary.uses(Path.of("a.js"), "split(/[\"']/);\n// a place\n`one\nplace`"))
                .extracting(Use::line)
                .containsExactly(2, 4);
    }
}
