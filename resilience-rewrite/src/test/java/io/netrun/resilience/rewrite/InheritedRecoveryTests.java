package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recovery methods of classes above, and for any number of values. */
class InheritedRecoveryTests {

    private static final String IMPORTS = """
        import org.springframework.retry.annotation.Recover;
        import org.springframework.retry.annotation.Retryable;

        """;

    private static final String RETRYABLE = "import org.springframework.retry.annotation.Retryable;\n\n";

    private static final String BASE = "src/main/java/Base.java";

    private static final String CALLS = "src/main/java/Calls.java";

    private static Project moved(Project project) {
        return project.after(new FromSpringRetry(false));
    }

    private static Project single(String members) {
        return moved(new Project().with(CALLS, IMPORTS + "class Calls {\n" + members.indent(4) + "}\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "String... more | String[] more | String[] more",
                "String... more | String... more | String[] more",
                "String[] more | String... more | String[] more",
                "String more[] | String[] more | String[] more",
            })
    void recoveryOfAnyNumberOfValuesShouldFit(String there, String recovered, String here) {
        Project after = single("""
            @Retryable(recover = "none")
            public String ask(int size, %s) {
                return "";
            }

            @Recover
            public String none(IllegalStateException failure, int size, %s) {
                return "";
            }
            """.formatted(there, recovered));

        assertThat(after.left()).isEmpty();
        assertThat(after.files().get(CALLS))
                .contains("@Fallback(method = \"none\")")
                .contains("public String none(int size, " + here + ", IllegalStateException failure)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "java.util.Set<String> | Set<String> | String",
                "Set<java.lang.String> | java.util.Set<String> | java.lang.String",
                "Set<? extends java.lang.Number> | Set<? extends Number> | java.util.Set<String>[]",
                "Map.Entry<String, Integer> | java.util.Map.Entry<String,Integer> | Map.Entry[]",
                "com.acme.Order | Order | com.acme.Order",
            })
    void typeWithItsPackageShouldBeTheImportedOne(String there, String recovered, String parameter) {
        Project after = moved(new Project()
                .with(CALLS, """
            import com.acme.Order;
            import java.util.Map;
            import java.util.Set;
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Calls {
                @Retryable
                public %s ask(%s key) {
                    return null;
                }

                @Recover
                public %s none(IllegalStateException failure, %s key) {
                    return null;
                }
            }
            """.formatted(there, parameter, recovered, parameter.replaceAll("\\b[a-z]+\\.", ""))));

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"none\")");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void typeOfAnotherPackageShouldNotFit() {
        Project after = moved(new Project().with(CALLS, IMPORTS + """
            class Calls {
                @Retryable
                public java.util.Date ask() {
                    return null;
                }

                @Recover
                public java.sql.Date none(IllegalStateException failure) {
                    return null;
                }
            }
            """));

        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
    }

    @Test
    void methodsOfOneTypeWithAndWithoutItsPackageShouldShareARecovery() {
        Project after = single("""
            @Retryable
            public String ask(java.lang.String key) {
                return "";
            }

            @Retryable
            public String call(String key) {
                return "";
            }

            @Recover
            public String none(IllegalStateException failure) {
                return "";
            }
            """);

        assertThat(after.files().get(CALLS))
                .containsOnlyOnce("IllegalStateException failure)")
                .doesNotContain("noneFallback");
    }

    @Test
    void missingValuesShouldBeAddedAsAnArray() {
        Project after = single("""
            @Retryable
            public String ask(int size, String... more) {
                return "";
            }

            @Recover
            public String none(IllegalStateException failure, int size) {
                return "";
            }
            """);

        assertThat(after.files().get(CALLS))
                .contains("public String none(int size, String[] more, IllegalStateException failure)");
    }

    @Test
    void recoveryThatDoesNotFitShouldNotBeNamed() {
        Project after = single("""
            @Retryable(recover = "none")
            public String ask(int size) {
                return "";
            }

            @Recover
            public String none(IllegalStateException failure, long size) {
                return "";
            }
            """);

        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
        assertThat(after.left())
                .anySatisfy(row -> assertThat(row)
                        .contains("recover = none: No @Recover method of that name")
                        .contains("has the result and the parameters of ask"));
    }

    @ParameterizedTest
    @CsvSource({"Base, false", "Middle, true"})
    void recoveryOfAClassAboveShouldNotGetAnEffect(String above, boolean between) {
        Project before = new Project().with(BASE, """
            import org.springframework.retry.annotation.Recover;

            abstract class Base {
                @Recover
                private String all(Exception failure, String name, int size) {
                    return "";
                }
            }
            """).with(CALLS, RETRYABLE + """
                class Calls extends %s {
                    @Retryable
                    public String ask(String name, int size) {
                        return "";
                    }
                }
                """.formatted(above));
        if (between) {
            before.with("src/main/java/Middle.java", "abstract class Middle extends Base {\n}\n");
        }

        Project after = moved(before);

        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("@Recover all: It had no effect on Calls.ask: Spring Retry looks for");
        assertThat(after.files().get(BASE)).isEqualTo("""
            abstract class Base {
                private String all(Exception failure, String name, int size) {
                    return "";
                }
            }
            """);
        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
    }

    @ParameterizedTest
    @CsvSource({
        "'', public, public, public, true",
        "public, public, public, public, false",
        "'', '', public, public, false",
        "'', public, '', public, true",
        "'', public, public, protected, false",
    })
    void recoveryThatTheCompilerAddsShouldBeNamed(
            String base, String calls, String middle, String method, boolean isNamed) {
        boolean between = !calls.isEmpty() && middle.isEmpty();
        Project before = new Project()
                .with(BASE, """
            import org.springframework.retry.annotation.Recover;

            %s abstract class Base {
                @Recover
                %s String all(Exception failure) {
                    return "";
                }
            }
            """.formatted(base, method))
                .with("src/main/java/Middle.java", "abstract class Middle extends Base {\n}\n")
                .with(CALLS, RETRYABLE + """
                %s class Calls extends %s {
                    @Retryable
                    public String ask() {
                        return "";
                    }
                }
                """.formatted(calls, between ? "Middle" : "Base"));

        assertThat(moved(before).files().get(CALLS).contains("@Fallback(method = \"all\")"))
                .isEqualTo(isNamed);
    }

    @Test
    void recoveryThatTheClassOverridesShouldBeNamed() {
        Project after = moved(new Project().with(BASE, """
            import org.springframework.retry.annotation.Recover;

            public abstract class Base {
                @Recover
                public String all(Exception failure) {
                    return "";
                }
            }
            """).with(CALLS, RETRYABLE + """
                public class Calls extends Base {
                    @Retryable
                    public String ask() {
                        return "";
                    }

                    @Override
                    public String all(Exception failure) {
                        return "own";
                    }
                }
                """));

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"all\")");
    }

    @Test
    void recoveryOfTheOwnClassShouldWin() {
        Project after = moved(new Project().with(BASE, """
            import org.springframework.retry.annotation.Recover;

            class Base {
                @Recover
                public String all(Exception failure, String name) {
                    return "";
                }
            }
            """).with(CALLS, IMPORTS + """
                class Calls extends Base {
                    @Retryable
                    public String ask(String name) {
                        return "";
                    }

                    @Recover
                    public String own(Exception failure, String name) {
                        return "";
                    }
                }
                """));

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"own\")");
        assertThat(after.left()).singleElement().asString().startsWith(BASE + " @Recover all: No method");
    }

    @Test
    void recoveryOfAnUnknownClassShouldBeListed() {
        Project after = moved(new Project().with(CALLS, RETRYABLE + """
            class Calls extends Elsewhere {
                @Retryable(recover = "all")
                public String ask(String name) {
                    return "";
                }
            }
            """));

        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
        assertThat(after.left()).singleElement().asString().contains("recover = all");
    }

    @Test
    void recoveryThatAClassAboveUsesShouldKeepItsParameters() {
        Project after = moved(new Project().with(BASE, """
            import org.springframework.retry.annotation.Recover;

            class Base {
                @Recover
                public String all(Exception failure, String name) {
                    return "";
                }

                String other() {
                    return all(null, "");
                }
            }
            """).with(CALLS, RETRYABLE + """
                        public class Calls extends Base {
                            @Retryable
                            public String ask(String name) {
                                return "";
                            }
                        }
                        """));

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"allFallback\")");
        assertThat(after.files().get(BASE))
                .contains("public String allFallback(String name, Exception failure) {")
                .contains("return all(failure, name);");
    }

    @Test
    void listenersWithoutOneShouldNotBeListed() {
        String call = """
            @Retryable(listeners = %s)
            public String ask() {
                return "";
            }
            """;

        String source = RETRYABLE + "class Calls {\n" + call.indent(4) + "}\n";
        assertThat(moved(new Project().with(CALLS, source.formatted("{}"))).left())
                .isEmpty();
        assertThat(moved(new Project().with(CALLS, source.formatted("{\"a\", \"b\"}")))
                        .left())
                .singleElement()
                .asString()
                .contains("listeners = {\"a\", \"b\"}: ");
    }

    private static final String BOTH = IMPORTS + """
        abstract class Base {
            @Retryable
            public String ask() {
                return "";
            }

            @Recover
            String none(Exception failure) {
                return "";
            }
        }
        """;

    @Test
    void recoveryOfAnAbstractClassShouldNotGetAnEffect() {
        Project after = moved(new Project().with(BASE, BOTH).with(CALLS, "public class Calls extends Base {\n}\n"));

        assertThat(after.files().get(BASE)).contains("@Retry").doesNotContain("@Fallback");
        assertThat(after.left())
                .anySatisfy(left -> assertThat(left).contains("@Recover none: It had no effect on Calls.ask:"));
    }

    @Test
    void recoveryOfAnAbstractClassShouldStayWhereTheBeanDeclaresIt() {
        Project after = moved(new Project().with(BASE, BOTH).with(CALLS, """
            public class Calls extends Base {
                @Override
                String none(Exception failure) {
                    return "none";
                }
            }
            """));

        assertThat(after.files().get(BASE)).contains("@Fallback(method = \"none\")");
        assertThat(after.left()).noneSatisfy(left -> assertThat(left).contains("had no effect"));
    }

    @Test
    void recoveryOfAnAbstractClassShouldStayWithoutBeansBeneath() {
        assertThat(moved(new Project().with(BASE, BOTH)).files().get(BASE)).contains("@Fallback(method = \"none\")");
    }

    private static Project generic(String base, String recoveryAbove, String heir, String recovery) {
        return moved(new Project()
                .with(BASE, IMPORTS + """
            abstract class Base%s {
                @Retryable
                public T run(T key) {
                    return key;
                }

                %s
            }
            """.formatted(base, recoveryAbove))
                .with(CALLS, IMPORTS + """
            class Calls extends Base%s {
                %s {
                    return key;
                }
            }
            """.formatted(heir, recovery)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<T> | <String> | @Override @Recover public String back(RuntimeException failure, String key)",
                "<T> | <String> | @Recover public String back(RuntimeException failure, String key)",
                "<S, T extends Comparable<T>> | <Long, String> | @Override @Recover public String back(RuntimeException"
                        + " failure, String key)",
                "<T> | <java.util.List<String>> | @Override @Recover public java.util.List<String>"
                        + " back(RuntimeException failure, java.util.List<String> key)",
            })
    void recoveryThatOverridesAGenericOneShouldBeCalled(String base, String heir, String recovery) {
        Project after = generic(
                base, "@Recover public T back(RuntimeException failure, T key) { return key; }", heir, recovery);

        assertThat(after.files().get(BASE))
                .contains("@Fallback(method = \"backFallback\")")
                .contains("public T backFallback(T key, RuntimeException failure) {")
                .contains("return back(failure, key);");
        assertThat(after.files().get(CALLS))
                .contains(" back(RuntimeException failure, ")
                .doesNotContain("@Recover");
        assertThat(after.left()).noneSatisfy(row -> assertThat(row).contains("@Recover "));
    }

    @Test
    void recoveryThroughAClassBetweenShouldBeCalled() {
        Project after = moved(new Project()
                .with(BASE, IMPORTS + """
            abstract class Base<T> {
                @Retryable
                public T run(T key) {
                    return key;
                }

                @Recover
                public T back(RuntimeException failure, T key) {
                    return key;
                }
            }
            """)
                .with("src/main/java/Between.java", "abstract class Between<U> extends Base<U> {\n}\n")
                .with(CALLS, IMPORTS + """
            class Calls extends Between<String> {
                @Override
                @Recover
                public String back(RuntimeException failure, String key) {
                    return key;
                }
            }
            """));

        assertThat(after.files().get(BASE)).contains("@Fallback(method = \"backFallback\")");
        assertThat(after.left()).noneSatisfy(row -> assertThat(row).contains("@Recover "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<T> | <String> | @Recover public String back(RuntimeException failure, String key)",
                "<T> | <String> | @Recover String back(Exception failure, String key)",
            })
    void recoveryOfAnInheritedMethodShouldBeListedWithIt(String base, String heir, String recovery) {
        Project after = generic(base, "", heir, recovery);

        assertThat(after.left())
                .filteredOn(row -> row.contains("@Recover "))
                .singleElement()
                .asString()
                .contains("@Recover back: There, it recovers Base.run, which the class inherits");
    }

    @Test
    void recoveryOfAnotherTypeShouldBeLost() {
        Project after = generic("<T>", "", "<String>", "@Recover public Long back(RuntimeException failure, Long key)");

        assertThat(after.left()).anySatisfy(row -> assertThat(row).contains("@Recover back: No method of this class"));
    }
}
