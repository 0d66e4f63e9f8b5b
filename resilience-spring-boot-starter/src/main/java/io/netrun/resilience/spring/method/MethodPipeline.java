package io.netrun.resilience.spring.method;

import io.netrun.resilience.Pipeline;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A protected method with the pipeline that every call of it goes through.
 *
 * @param method as the target class has it
 * @param targetClass the bean's class
 * @param pipeline its policies
 * @param returns how the method says that it is done
 * @param repeats whether a policy may make the call more than once
 */
public record MethodPipeline(
        Method method, Class<?> targetClass, Pipeline pipeline, ReturnKind returns, boolean repeats) {

    /** The method for people: {@code com.shop.PaymentClient.charge(Order)}. */
    public String title() {
        return targetClass.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "." + method.getName() + "(", ")"));
    }
}
