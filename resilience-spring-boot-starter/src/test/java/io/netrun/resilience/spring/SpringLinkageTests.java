package io.netrun.resilience.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.util.ClassUtils;

/**
 * One jar is for several versions of Spring, and compiled against one of them. What it calls has to be in all of them
 * with the same parameters and result: a call of {@code HttpHeaders.remove(Object)} compiles and fails in Spring 7.
 */
class SpringLinkageTests {

    @Test
    void everyMethodOfSpringThatIsCalledShouldBeThere() {
        Set<String> absent = new TreeSet<>();
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.netrun.resilience.spring")
                .forEach(type -> targets(type)
                        .filter(target -> target.getOwner().getName().startsWith("org.springframework."))
                        .filter(target -> isPresent(target.getOwner()))
                        .filter(target -> !isThere(target))
                        .forEach(target -> absent.add(type.getName() + " calls " + target.getFullName() + " -> "
                                + target.getRawReturnType().getName())));
        assertThat(absent).isEmpty();
    }

    private static Stream<CodeUnitAccessTarget> targets(JavaClass type) {
        return Stream.of(
                        type.getMethodCallsFromSelf().stream().map(call -> call.getTarget()),
                        type.getConstructorCallsFromSelf().stream().map(call -> call.getTarget()),
                        type.getMethodReferencesFromSelf().stream().map(call -> call.getTarget()),
                        type.getConstructorReferencesFromSelf().stream().map(call -> call.getTarget()))
                .flatMap(each -> each);
    }

    /** A class of one line of Spring Boot is behind a condition. */
    private static boolean isPresent(JavaClass owner) {
        return ClassUtils.isPresent(owner.getName(), SpringLinkageTests.class.getClassLoader());
    }

    private static boolean isThere(CodeUnitAccessTarget target) {
        return isOfEveryObject(target)
                || target.resolveMember()
                        .filter(member -> member.getRawReturnType()
                                .getName()
                                .equals(target.getRawReturnType().getName()))
                        .isPresent();
    }

    /** Newer compilers name the interface on which a method of Object is called; it does not declare that. */
    private static boolean isOfEveryObject(CodeUnitAccessTarget target) {
        return Stream.of(Object.class.getMethods())
                .anyMatch(method -> method.getName().equals(target.getName())
                        && method.getParameterCount()
                                == target.getRawParameterTypes().size()
                        && method.getReturnType()
                                .getName()
                                .equals(target.getRawReturnType().getName()));
    }
}
