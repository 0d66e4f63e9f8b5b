package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Annotations of resilience4j on interfaces, and on methods and classes above the ones that run. */
class UnreachedTests {

    private static final String API = "src/main/java/Api.java";

    private static final String IMPORT = "import io.github.resilience4j.retry.annotation.Retry;\n\n";

    private static final String IMPLEMENTATION = """
        class Impl implements Api {
            @Override
            public String call() {
                return "";
            }
        }
        """;

    private static Project moved(String api, String other) {
        return new Project()
                .with(API, IMPORT + api)
                .with("src/main/java/Other.java", other)
                .after(new FromResilience4j(false));
    }

    @Test
    void annotationOfAnInterfaceMethodShouldBeRemoved() {
        Project after = moved("""
            interface Api {
                @Retry(name = "a")
                String call();
            }
            """, IMPLEMENTATION);

        assertThat(after.files().get(API)).isEqualTo("""
            interface Api {
                String call();
            }
            """);
        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("@Retry at Api.call: It had no effect on the classes that implement the method, Impl");
    }

    @Test
    void annotationOfAnInterfaceShouldBeRemoved() {
        Project after = moved("""
            @Retry(name = "a", fallbackMethod = "none")
            interface Api {
                String call();

                default String other() {
                    return "";
                }
            }
            """, IMPLEMENTATION);

        assertThat(after.files().get(API)).startsWith("interface Api {").doesNotContain("Retry");
        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("@Retry at Api: It had no effect on classes that implement the interface, Impl");
    }

    @Test
    void annotationBesideAnotherOneShouldLeaveThatAlone() {
        Project after = moved("""
            interface Api {
                @Retry(name = "a")
                @Deprecated
                <T> String call();

                @Retry(name = "a")
                <T> String second();
            }
            """, """
            class Impl implements Api {
                @Override
                public <T> String call() {
                    return "";
                }

                @Override
                public <T> String second() {
                    return "";
                }
            }
            """);

        assertThat(after.files().get(API)).isEqualTo("""
            interface Api {
                @Deprecated
                <T> String call();

                <T> String second();
            }
            """);
    }

    @Test
    void annotationOfAClientShouldBeMoved() {
        Project after = moved("""
            @FeignClient
            interface Api {
                @Retry(name = "a")
                String call();
            }

            @interface FeignClient {
            }
            """, "class Impl {}");

        assertThat(after.files().get(API)).contains("import io.netrun.resilience.annotation.Retry;");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void clientWithAClassShouldBeMovedAndListed() {
        Project after = moved("""
            @FeignClient
            interface Api {
                @Retry(name = "a")
                String call();
            }

            @interface FeignClient {
            }
            """, IMPLEMENTATION);

        assertThat(after.files().get(API)).contains("import io.netrun.resilience.annotation.Retry;");
        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("@Retry at Api.call: There, it has no effect where the method is implemented")
                .contains("Impl");
    }

    @Test
    void interfaceWithoutAClassShouldBeMoved() {
        Project after = moved("""
            interface Api {
                @Retry(name = "a")
                String call();
            }
            """, "class Impl {}");

        assertThat(after.files().get(API)).contains("import io.netrun.resilience.annotation.Retry;");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void methodWithItsOwnAnnotationShouldNotBeListed() {
        Project after = moved("""
            interface Api {
                @Retry(name = "a")
                String call();
            }
            """, IMPORT + IMPLEMENTATION.replace("@Override", "@Override\n    @Retry(name = \"b\")"));

        assertThat(after.left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "class Beans { Api api() { return name -> name; } }",
                "class Beans { Api api() { return String::strip; } }",
                "class Beans { Api api = name -> name; }",
                "class Beans { Api api() { return new Api() { public String call(String n) { return n; } }; } }"
            })
    void annotationOfALambdasInterfaceShouldBeRemoved(String beans) {
        Project after = moved("""
            interface Api {
                @Retry(name = "a")
                String call(String name);

                @Retry(name = "a")
                default String other() {
                    return "";
                }
            }
            """, beans);

        assertThat(after.files().get(API))
                .contains("{\n    String call(String name);")
                .contains("@Retry(name = \"a\")\n    default");
        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("@Retry at Api.call: It had no effect on the classes that implement the method, a ")
                .contains("within src/main/java/Other.java");
    }

    @Test
    void annotationOfAnInterfaceWithALambdaShouldBeRemoved() {
        Project after = moved("""
            @Retry(name = "a")
            interface Api {
                String call(String name);
            }
            """, "class Beans { Api api() { return name -> name; } }");

        assertThat(after.files().get(API)).doesNotContain("@Retry");
        assertThat(after.left()).singleElement().asString().contains("a lambda within src/main/java/Other.java");
    }

    @ParameterizedTest
    @ValueSource(strings = {"private", "public static"})
    void annotationThatNoProxyReachesShouldBeRemoved(String modifiers) {
        Project after = moved("""
            class Api {
                @Retry(name = "a", fallbackMethod = "none")
                %s String call() {
                    return "";
                }
            }
            """.formatted(modifiers), "class Other {}");

        assertThat(after.files().get(API)).isEqualTo("""
            class Api {
                %s String call() {
                    return "";
                }
            }
            """.formatted(modifiers));
        assertThat(after.left()).singleElement().asString().contains("@Retry at Api.call: It had no effect");
    }

    @Test
    void annotationOfAFinalMethodShouldBeListed() {
        Project after = moved("""
            class Api {
                @Retry(name = "a")
                public final String call() {
                    return "";
                }
            }
            """, "class Other {}");

        assertThat(after.files().get(API)).contains("@Retry(name = \"a\")");
        assertThat(after.left()).singleElement().asString().contains("no effect on a final method");
    }

    @Test
    void methodThatIsOverriddenShouldBeListed() {
        Project after = moved("""
            class Api {
                @Retry(name = "a")
                public String call() {
                    return "";
                }
            }
            """, IMPLEMENTATION.replace("implements", "extends"));

        assertThat(after.files().get(API)).contains("@Retry(name = \"a\")");
        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("@Retry at Api.call: There, it has no effect where the method is overridden, in Impl");
    }

    @Test
    void abstractMethodShouldLoseItsAnnotation() {
        Project after = moved("""
            abstract class Api {
                @Retry(name = "a")
                public abstract String call();
            }
            """, IMPLEMENTATION.replace("implements", "extends"));

        assertThat(after.files().get(API))
                .contains("    public abstract String call();")
                .doesNotContain("Retry");
        assertThat(after.left()).singleElement().asString().contains("Impl");
    }

    @Test
    void classWithOthersBeneathShouldBeListed() {
        Project after = moved("""
            @Retry(name = "a")
            class Api {
                public String call() {
                    return "";
                }
            }
            """, IMPLEMENTATION.replace("implements", "extends"));

        assertThat(after.files().get(API)).contains("@Retry(name = \"a\")");
        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("@Retry at Api: There, it is not for the methods of classes beneath, Impl");
    }

    @Test
    void aliasOfAnAnnotationInVainShouldBeRemoved() {
        Project after = moved("""
            import org.springframework.core.annotation.AliasFor;

            @Retry(name = "a")
            @interface Api {
                @AliasFor(annotation = Retry.class, attribute = "name")
                String instance() default "a";
            }
            """, "class Impl {}");

        assertThat(after.files().get(API)).isEqualTo("""
            @interface Api {
                String instance() default "a";
            }
            """);
        assertThat(after.left()).hasSize(2).anySatisfy(left -> assertThat(left).contains("instance sets nothing"));
    }
}
