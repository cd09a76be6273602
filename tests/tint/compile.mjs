// Compiles every kernel with Tint, the WGSL compiler of Chromium, through Dawn's bindings for Node (npm `webgpu`). Dawn's null back end compiles as the others
// do and needs no driver.
// usage: node compile.mjs FOLDER_OF_WGSL, where `webgpu` is installed (scripts/tint.sh does all that)
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { create, globals } = createRequire(join(process.cwd(), 'package.json'))('webgpu');
Object.assign(globalThis, globals);

// Dawn crashes unless what it made stays referenced.
globalThis.dawn = create(['backend=null']);
const adapter = await globalThis.dawn.requestAdapter();
const device = await adapter.requestDevice({ requiredFeatures: ['subgroups'] });

/** What Tint has against a kernel. */
async function errors(text) {
    // naga takes subgroups without being asked; WGSL wants them enabled.
    const enables = text.includes('subgroup') ? 'enable subgroups;\n' : '';
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code: enables + text });
    const { messages } = await module.getCompilationInfo();
    const error = await device.popErrorScope();
    const found = messages.filter(({ type }) => type === 'error').map(({ lineNum, linePos, message }) => `${lineNum}:${linePos} ${message}`);
    return error && found.length === 0 ? [error.message] : found;
}

// What naga lets pass must be refused, or nothing is proven.
const barrier = `
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) { if x[i] > 0.0 { workgroupBarrier(); } }`;
if ((await errors(barrier)).length === 0) throw new Error('Tint takes a barrier in control flow that is not uniform');

const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => name.endsWith('.wgsl')).sort();
if (files.length === 0) throw new Error(`${folder} holds no kernels`);
let refused = 0;
for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    const found = await errors(text);
    if (found.length > 0) {
        refused += 1;
        console.log(`${text.slice(3, text.indexOf('\n'))} (${file}): refused\n  ${found.join('\n  ')}`);
    }
}
console.log(`${files.length} kernels, ${refused} refused`);
process.exit(refused > 0 ? 1 : 0);
