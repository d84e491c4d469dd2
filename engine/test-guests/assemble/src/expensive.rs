//! Machine code is made one function at a time, and the register allocator's work grows faster than a function does:
//! many functions cost time on all threads, one huge function costs time and memory on one.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, InstructionSink, MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// Values alive through a whole function: many more than there are registers.
const LOCALS: u32 = 64;

/// `wat/web/echo.wat` in one page, with `functions` more functions of `steps` steps each. A step is about 30 bytes.
pub fn module(functions: u32, steps: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    let number_to_number = 0;

    let mut imports = ImportSection::new();
    imports.import(
        "mayfly:function/web-types@0.1.0",
        "[method]request.body",
        EntityType::Function(number_to_number),
    );
    let (body, handle) = (0, 1);

    let mut declared = FunctionSection::new();
    let mut code = CodeSection::new();
    declared.function(number_to_number);
    code.function(&function([], |code| {
        code.i32_const(20).local_get(0).call(body).i32_store(ADDRESS);
        code.i32_const(0);
    }));
    for seed in 0..functions {
        declared.function(number_to_number);
        code.function(&function([(LOCALS, ValType::I64)], |code| tangle(code, seed, steps)));
    }

    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("mayfly:function/web-handler@0.1.0#handle", ExportKind::Func, handle);
    let mut data = DataSection::new();
    let ok_200_buffer = [0, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
    data.active(0, &ConstExpr::i32_const(0), ok_200_buffer);

    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&declared)
        .section(&memories);
    module.section(&exports).section(&code).section(&data);
    module.finish()
}

const ADDRESS: wasm_encoder::MemArg = wasm_encoder::MemArg {
    offset: 0,
    align: 2,
    memory_index: 0,
};

fn function<const N: usize>(locals: [(u32, ValType); N], body: impl FnOnce(&mut InstructionSink)) -> Function {
    let mut function = Function::new(locals);
    let mut code = function.instructions();
    body(&mut code);
    code.end();
    function
}

/// Each step mixes three values that were picked at random and branches on a fourth, so that nothing can be folded
/// away, and every value stays alive to the end.
fn tangle(code: &mut InstructionSink, seed: u32, steps: u32) {
    let mut random = u64::from(seed) | 1 << 32;
    let mut pick = || {
        // Knuth's MMIX generator: the same seed makes the same module.
        random = random
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        1 + (random >> 33) as u32 % LOCALS
    };
    for step in 0..steps {
        let (a, b, c, d, e) = (pick(), pick(), pick(), pick(), pick());
        code.local_get(a)
            .local_get(b)
            .i64_mul()
            .local_get(c)
            .i64_add()
            .i64_const(step.into())
            .i64_xor()
            .local_set(d);
        code.local_get(e).i64_eqz().if_(BlockType::Empty);
        code.local_get(b)
            .local_get(0)
            .i64_extend_i32_u()
            .i64_rotl()
            .local_set(a);
        code.end();
    }
    code.i64_const(0);
    for local in 1..=LOCALS {
        code.local_get(local).i64_xor();
    }
    code.i32_wrap_i64();
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn grows_with_its_functions_and_their_steps() {
        let bytes = |functions, steps| module(functions, steps).len();
        assert!(bytes(10, 100) > 5 * bytes(1, 100));
        assert!(bytes(1, 1000) > 5 * bytes(1, 100));
        assert_eq!(module(2, 10), module(2, 10));
    }
}
