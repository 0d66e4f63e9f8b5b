package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.ClassUtils;

/**
 * What {@link SuperCalls} finds by reflection, compared with what the weaver does to classes that are compiled here:
 * each annotation at each spot where it can be. Run as {@link WovenMethodTests}.
 */
class WovenSuperCallsTests {

    /**
     * A class with {@code @A} at one spot of it, of the class above, or of an interface; {@code call} is overridden.
     */
    private static final List<String> SHAPES = List.of(
            "class Sub extends Base { @A public void call() {} }",
            "class Sub extends Base { @M public void call() {} }",
            "class Sub extends Base { @MM public void call() {} }",
            "class Sub extends Base { @A protected void guarded() {} }",
            "class Sub extends Base { @A void local() {} }",
            "class Sub extends Base { @A public final void call() {} }",
            "class Sub extends Base { @A public synchronized void call() {} }",
            "@A class Sub extends Base { public void call() {} }",
            "@M class Sub extends Base { public void call() {} }",
            "@MM class Sub extends Base { public void call() {} }",
            "@A class Sub extends Base { protected void guarded() {} void local() {} }",
            "@M class Sub extends Base { public void guarded() {} }",
            "@A class Mid extends Base {} class Sub extends Mid { public void call() {} }",
            "@M class Mid extends Base {} class Sub extends Mid { public void call() {} }",
            "@A class Mid extends Base { public void call() {} } class Sub extends Mid { public void call() {} }",
            "@M class Mid extends Base { public void call() {} } class Sub extends Mid { public void call() {} }",
            "class Mid extends Base { @A public void call() {} } class Sub extends Mid { public void call() {} }",
            "class Mid extends Base { @M public void call() {} } class Sub extends Mid { public void call() {} }",
            "class Mid extends Base { @A public void call() {} } class Sub extends Mid {}",
            "@A class Mid extends Base { public void call() {} } class Sub extends Mid {}",
            "interface I { @A void call(); } class Sub extends Base implements I { public void call() {} }",
            "interface I { @M void call(); } class Sub extends Base implements I { public void call() {} }",
            "@A interface I { void call(); } class Sub extends Base implements I { public void call() {} }",
            "@M interface I { void call(); } class Sub extends Base implements I { public void call() {} }",
            "@A interface I {} class Sub extends Base implements I { public void call() {} }",
            "@A interface I { void call(); } interface J extends I {} class Sub extends Base implements J { public void call() {} }",
            "interface I { void call(); } @A interface J extends I {} class Sub extends Base implements J { public void call() {} }",
            "@A interface I { void call(); } class Mid extends Base implements I { public void call() {} } class Sub extends Mid { public void call() {} }",
            "@A interface I { void call(); } class Mid extends Base implements I {} class Sub extends Mid { public void call() {} }",
            "@A interface I { void call(); } class Sub extends Base implements I {}",
            "@M class Mid extends Base {} class Sub extends Mid { public void guarded() {} }",
            "class Mid extends Base { @A public void guarded() {} } class Sub extends Mid { public void guarded() {} }",
            "interface D { @A default void extra() {} } class Sub extends Base implements D { @A public void extra() {} }",
            "interface D { @A default void extra() {} } class Sub extends Base implements D { public void extra() {} }",
            "@A interface I<T> { void typed(T value); } class Sub extends Typed<String> implements I<String> { public void typed(String value) {} }",
            "@M class Mid<T> extends Typed<T> {} class Sub extends Mid<String> { public void typed(String value) {} }",
            "class Sub extends Typed<String> { @A public void typed(String value) {} }",
            "@A class Sub extends Typed<String> { public void typed(String value) {} }",
            "class Sub extends Typed<String> { public void typed(String value) {} }",
            "class Sub extends Base { public void call() {} }",
            "class Sub extends Base {}");

    private static final List<Class<? extends Annotation>> ANNOTATIONS = Stream.concat(
                    PatternDescriptors.slots().stream().map(PipelineSlot::annotation), Stream.of(PatternOrder.class))
            .distinct()
            .toList();

    @TempDir
    private static Path directory;

    private static URLClassLoader loader;

    /** A class of its own for each annotation and shape, so that one compilation suffices. */
    @BeforeAll
    static void compile() throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", directory.toString()));
        for (Class<? extends Annotation> annotation : ANNOTATIONS) {
            for (int shape = 0; shape < SHAPES.size(); shape++) {
                Path file = directory.resolve(outer(annotation, shape) + ".java");
                Files.writeString(file, source(annotation, shape));
                arguments.add(file.toString());
            }
        }
        int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(failed).as("of the compiler").isZero();
        loader = new URLClassLoader(new URL[] {directory.toUri().toURL()}, WovenSuperCallsTests.class.getClassLoader());
    }

    @AfterAll
    static void close() throws IOException {
        loader.close();
    }

    private static String outer(Class<? extends Annotation> annotation, int shape) {
        return "Woven" + annotation.getSimpleName() + shape;
    }

    private static String source(Class<? extends Annotation> annotation, int shape) {
        String value = annotation == PatternOrder.class ? "({\"retry\"})" : "";
        String used = "@" + annotation.getName() + value;
        String retention = "@java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME) ";
        String types = SHAPES.get(shape).replace("@A ", used + " ").replaceAll("\\b(class|interface) ", "static $1 ");

        return """
                package io.netrun.resilience.spring.aop;
                class %s {
                    %s %s @interface M {}
                    %s @M @interface MM {}
                    static class Base {
                        @io.netrun.resilience.annotation.Retry public void call() {}
                        @io.netrun.resilience.annotation.Retry protected void guarded() {}
                        @io.netrun.resilience.annotation.Retry void local() {}
                    }
                    static class Typed<T> { @io.netrun.resilience.annotation.Retry public void typed(T value) {} }
                    %s
                }
                """.formatted(outer(annotation, shape), retention, used, retention, types);
    }

    static List<Class<? extends Annotation>> annotations() {
        return ANNOTATIONS;
    }

    @ParameterizedTest
    @MethodSource("annotations")
    void callShouldBeAPartOfAnotherIfThatIsWoven(Class<? extends Annotation> annotation)
            throws ReflectiveOperationException {
        List<String> wrong = new ArrayList<>();
        for (int shape = 0; shape < SHAPES.size(); shape++) {
            Class<?> type = Class.forName(
                    WovenSuperCallsTests.class.getPackageName() + "." + outer(annotation, shape) + "$Sub",
                    false,
                    loader);
            for (Class<?> above : supertypes(type)) {
                for (Method called : above.getDeclaredMethods()) {
                    boolean part = isOverriddenByWoven(called, type);
                    if (isWoven(called) && SuperCalls.isOne(called, type) != part) {
                        wrong.add(above.getSimpleName() + "." + called.getName() + (part ? " is" : " is not")
                                + " one call: " + SHAPES.get(shape));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static Set<Class<?>> supertypes(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>(ClassUtils.getAllInterfacesForClassAsSet(type));
        for (Class<?> each = type; each != Object.class; each = each.getSuperclass()) {
            all.add(each);
        }
        return all;
    }

    /** The method of each class calls that of the next one. */
    private static boolean isOverriddenByWoven(Method called, Class<?> type) {
        for (Class<?> each = type; each != null && each != called.getDeclaringClass(); each = each.getSuperclass()) {
            if (isWoven(each, called.getName())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWoven(Method method) {
        return !method.isSynthetic() && isWoven(method.getDeclaringClass(), method.getName());
    }

    /** AspectJ moves the body of a method into one of this name. */
    private static boolean isWoven(Class<?> type, String method) {
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(each -> each.getName().startsWith(method + "_aroundBody"));
    }
}
