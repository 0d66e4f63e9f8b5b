package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fallback methods whose result has other type arguments than that of the method, which resilience4j accepts. */
class FallbackResultsTests {

    private static final String PATH = "src/main/java/Calls.java";

    private static String calls(String wanted, String given) {
        return """
            import io.github.resilience4j.retry.annotation.Retry;
            import java.util.*;
            import java.util.function.Supplier;

            class Calls {
                static class Numbers extends ArrayList<Integer> {}

                @Retry(name = "ask", fallbackMethod = "instead")
                public %s ask(int id) {
                    return null;
                }

                private %s instead(int id, Exception failure) {
                    return null;
                }
            }
            """.formatted(wanted, given);
    }

    private static Project moved(String text) {
        return new Project().with(PATH, text).after(new FromResilience4j(false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                List<String>               | List<Integer>                | List<?>
                Collection<String>         | List<Integer>                | List<?>
                Map<String, String>        | Map<String, Integer>         | Map<String, ?>
                Map<String, List<String>>  | Map<String, List<Integer>>   | Map<String, ?>
                List<? extends Number>     | List<String>                 | List<?>
                List<String>[]             | List<Integer>[]              | List<?>[]
                Optional<String>           | Optional<List<String>>       | Optional<?>
                """)
    void typeArgumentsThatDifferShouldBecomeUnknown(String wanted, String given, String written) {
        assertThat(moved(calls(wanted, given)).files().get(PATH))
                .contains("private " + written + " instead(int id, Exception failure)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                List<String>           | List<String>
                Collection<String>     | List<String>
                List<? extends Number> | List<Integer>
                List<?>                | List<Integer>
                List                   | List<Integer>
                List<String>           | List
                Object                 | Object
                """)
    void typeArgumentsThatFitShouldStay(String wanted, String given) {
        Project after = moved(calls(wanted, given));

        assertThat(after.files().get(PATH)).contains("private " + given + " instead(int id, Exception failure)");
        assertThat(after.left()).noneMatch(left -> left.contains("type arguments"));
    }

    @Test
    void typeArgumentsThatDifferShouldBeListed() {
        assertThat(moved(calls("List<String>", "List<Integer>")).left())
                .anyMatch(left -> left.contains("fallbackMethod = instead, at Calls.ask: Its result is List<Integer>")
                        && left.contains("List<?> is written. Return List<String> if"));
    }

    @Test
    void resultThatOtherCodeUsesShouldStayAndBeListed() {
        Project after = moved(calls("List<String>", "List<Integer>")
                .replace("static class", "int first() { return instead(1, null).get(0); }\n\n    static class"));

        assertThat(after.files().get(PATH)).contains("private List<Integer> instead");
        assertThat(after.left()).anyMatch(left -> left.contains("here, startup fails. Return List<String>, or"));
    }

    @Test
    void classWithOtherTypeArgumentsShouldBeListed() {
        assertThat(moved(calls("List<String>", "Numbers")).left())
                .anyMatch(left -> left.contains("Its result is Numbers, and callers get List<String>"));
    }

    @Test
    void fallbackOfTheClassShouldBecomeUnknown() {
        String text = calls("List<String>", "List<Integer>")
                .replace("    @Retry(name = \"ask\", fallbackMethod = \"instead\")\n", "")
                .replace("class Calls", "@Retry(name = \"ask\", fallbackMethod = \"instead\")\nclass Calls");

        assertThat(moved(text).files().get(PATH)).contains("private List<?> instead");
    }

    @Test
    void methodOfTheNameThatIsNeverCalledShouldStay() {
        String text = calls("List<String>", "List<String>")
                .replaceFirst("}\n$", "    private List<Integer> instead(String other) { return null; }\n}\n");

        assertThat(moved(text).files().get(PATH)).contains("private List<Integer> instead(String other)");
    }
}
